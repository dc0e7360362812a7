import { defer, finalize, switchMap, type Observable } from 'rxjs'
import type { ClientConnection } from '../../../streams/contracts/client-transport.js'
import { Demand, open$ } from '../../../streams/operators/demand.js'

/**
 * What all streams of one client share. They read one after the other, each when what was read before has gone out but for
 * a little: so many that begin at once hold no more than one.
 */
export class Line {
  private readonly turn = new Demand(1)

  constructor(private readonly connection: Pick<ClientConnection, 'room'>) {}

  inTurn<R>(read: () => Observable<R>): Observable<R> {
    const reading$ = defer(() => {
      this.turn.hold(1)
      return this.connection.room().pipe(
        switchMap(read),
        finalize(() => this.turn.release(1)),
      )
    })
    return open$(this.turn).pipe(switchMap(() => reading$))
  }
}
