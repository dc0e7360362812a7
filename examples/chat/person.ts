import { createInterface } from 'node:readline'
import { join, start } from 'kayak'
import { say, type Stage } from '../common/stage.js'

export interface Person {
  readonly name: string
  /** Somebody who is there already; without one the chat is founded, or gone on with. */
  readonly peer: string | undefined
  /** Where this member keeps what has been said. */
  readonly folder: string
}

/** Takes part in the chat until there is nothing more to read from the keyboard. */
export async function takePart({ signal }: Stage, { name, peer, folder }: Person): Promise<void> {
  const options = { dataDir: folder, signal }
  const address = '127.0.0.1:0'
  await using host = await (peer === undefined ? start(address, options) : join(address, [peer], options))
  say(`(${name} is at ${host.self.address}; Ctrl-D ends it)`)
  if (process.stdin.isTTY)
    say(`(in another terminal: npm run example chat -- --name somebody --join ${host.self.address})`)

  // who comes late, or back, reads all that was said meanwhile
  host.log.listen().subscribe(({ payload }) => say(payload.toString()))

  for await (const line of createInterface({ input: process.stdin, signal })) {
    // said once everybody, or at least a majority, has it on disk; while nobody leads it waits
    await host.log.append(`${name}: ${line}`).catch((error: unknown) => say(`(not heard: ${String(error)})`))
  }
}
