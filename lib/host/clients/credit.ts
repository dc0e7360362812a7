import { LIMITS } from '../../../streams/contracts/limits.js'
import { Demand } from '../../../streams/operators/demand.js'

/** What a stream to a client may be ahead of it, in messages. */
export class Credit {
  readonly demand = new Demand(LIMITS.clientCredits)
  private ahead = 0

  /** A message is on its way. */
  spend(): void {
    this.ahead++
    this.demand.hold(1)
  }

  /** The client has taken one; false where it has taken all already, which would give it more credit than there is. */
  earn(): boolean {
    if (this.ahead === 0) return false
    this.ahead--
    this.demand.release(1)
    return true
  }
}
