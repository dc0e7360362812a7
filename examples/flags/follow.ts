/** What the page does. It knows nothing of a page, so that it runs in Node as well: that is how the script tries it. */
import { combineLatest, map } from 'rxjs'
import { connect } from 'kayak/client'
import { codec, flagsOn, type Flags } from './flags.js'

/** What is to be seen. */
export interface Seen {
  readonly flags: Flags
  /** The member that it comes from; another one, by itself, where that is gone. */
  readonly from: string | undefined
}

/** What a page can do. */
export interface Following {
  set(name: string, isOn: boolean): Promise<void>
  stop(): Promise<void>
}

/**
 * Follows the flags through any of these members, and shows them whenever they, or the connection, have changed; and tells
 * of each switch as it commits.
 */
export async function follow(
  addresses: readonly string[],
  show: (seen: Seen) => void,
  tell: (line: string) => void,
): Promise<Following> {
  const client = await connect(addresses, { codec })
  client.committed$.subscribe(({ index, payload }) =>
    tell(`${index}: ${payload.name} is ${payload.isOn ? 'on' : 'off'}`),
  )
  const flags = flagsOn(client)
  combineLatest([flags.state$, client.connected$])
    .pipe(map(([state, member]) => ({ flags: state, from: member?.address })))
    .subscribe({ next: show, error: error => tell(String(error)) })
  return {
    set: async (name, isOn) => {
      await flags.propose({ type: 'switch', name, isOn })
    },
    stop: () => client.stop(),
  }
}
