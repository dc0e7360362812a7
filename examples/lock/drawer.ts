import { BehaviorSubject } from 'rxjs'

/** Something outside of the cluster that tokens protect: it remembers the greatest, and refuses what comes with a lesser. */
export class Drawer {
  readonly greatest$ = new BehaviorSubject(0)
  private content = 0

  read(token: number): number {
    this.look(token)
    return this.content
  }

  write(token: number, content: number): void {
    this.look(token)
    this.content = content
  }

  private look(token: number): void {
    const greatest = this.greatest$.value
    if (token < greatest) throw new Error(`The token ${token} is old: ${greatest} has been here.`)
    if (token > greatest) this.greatest$.next(token)
  }
}
