import type { Inode } from './inode.js'

type Change =
  | { readonly type: 'link'; readonly name: string; readonly inode: Inode }
  | { readonly type: 'unlink'; readonly name: string }
  | { readonly type: 'rename'; readonly from: string; readonly to: string; readonly inode: Inode }

function apply(names: Map<string, Inode>, change: Change): void {
  if (change.type === 'link') names.set(change.name, change.inode)
  else if (change.type === 'unlink') names.delete(change.name)
  else {
    // a name is of a file, also where an earlier change of that name was lost
    names.delete(change.from)
    names.set(change.to, change.inode)
  }
}

/** The names in a folder, as a running system sees them, and as they are on the platter. */
export class Names {
  private readonly current = new Map<string, Inode>()
  private synced: ReadonlyMap<string, Inode> = new Map()
  private changes: readonly Change[] = []

  get all(): readonly string[] {
    return [...this.current.keys()]
  }

  get inodes(): readonly Inode[] {
    return [...this.current.values()]
  }

  get(name: string): Inode | undefined {
    return this.current.get(name)
  }

  change(change: Change): void {
    apply(this.current, change)
    this.changes = [...this.changes, change]
  }

  sync(): void {
    this.synced = new Map(this.current)
    this.changes = []
  }

  /** The power goes: of what wasn't synced only the changes that `isKept` says are there. */
  losePower(isKept: (at: number, of: number) => boolean): void {
    const { length } = this.changes
    const names = new Map(this.synced)
    this.changes.filter((_, at) => isKept(at, length)).forEach(change => apply(names, change))
    this.current.clear()
    for (const [name, inode] of names) this.current.set(name, inode)
    this.sync()
  }

  /** The folder's own name was lost. */
  vanish(): void {
    this.current.clear()
    this.sync()
  }
}
