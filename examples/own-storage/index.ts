/** A storage and a transport of one's own: each passes kayak's tests for its kind, and then a cluster runs on both. */
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { firstValueFrom, take, toArray } from 'rxjs'
import { systemClock } from 'kayak/plugins/clock'
import { systemRandom } from 'kayak/plugins/random'
import { storageKit, transportKit } from 'kayak/testing'
import { claim, onStage, say, type Stage } from '../common/stage.js'
import { trio } from '../common/trio.js'
import { LevelStorage } from './storage.js'
import { TcpTransport } from './transport.js'

interface Test {
  readonly name: string
  readonly run: () => Promise<void>
}

/** Where the storages of one test are opened, one after another. */
async function environment(folder: string) {
  const place = await mkdtemp(join(folder, 'kit-'))
  return {
    open: () => new LevelStorage(place),
    dispose: () => rm(place, { recursive: true }),
  }
}

/** Where the transports of one test meet: this machine's loopback, in real time. */
const lab = () => ({
  transport: () => new TcpTransport(),
  clock: systemClock(),
  random: systemRandom(),
  settle: async (isSo: () => boolean) => {
    const givenUpAt = Date.now() + 30_000
    while (!isSo()) {
      if (Date.now() > givenUpAt) throw new Error('It has not come about in 30 seconds.')
      await pause(1)
    }
  },
})

async function passes(what: string, tests: readonly Test[], { signal }: Stage): Promise<void> {
  for (const { name, run } of tests) {
    signal.throwIfAborted()
    await run().catch((cause: unknown) => {
      throw new Error(`${what} fails: ${name}`, { cause })
    })
  }
  claim(`${what} passes all ${tests.length} tests of its kit`, tests.length > 20)
}

/** Three members that keep their logs in LevelDB and talk over TCP, started twice on the same folders. */
async function cluster(stage: Stage): Promise<void> {
  const options = (folder: string) => ({ storage: new LevelStorage(folder), transport: new TcpTransport() })
  {
    await using first = await trio(stage, options)
    const [a, b, c] = first.hosts
    await Promise.all([a, b, c].map((host, at) => host.log.append(`from ${'abc'.charAt(at)}`)))
    const { index } = await b.log.append('what the snapshot holds until here')
    await b.log.compact(index, [Buffer.from('all that was said')])
    await a.log.append('and after')
  }
  say('stopped all three, and start them again on their folders')
  await using again = await trio(stage, options)
  const [a, b] = again.hosts
  const entries = await firstValueFrom(a.log.listen().pipe(take(5), toArray()))
  claim('a has all that was appended', entries.at(-1)?.payload === 'and after' && entries.length === 5)
  const snapshot = await b.log.snapshot()
  const after = await firstValueFrom(b.log.listen((snapshot?.index ?? 0) + 1))
  claim('b has its snapshot, and the log after it', snapshot?.bytes === 17 && after.payload === 'and after')
}

export const run = (args: readonly string[]): Promise<number> =>
  onStage(args, async stage => {
    await passes(
      'the storage on LevelDB',
      storageKit(() => environment(stage.folder)),
      stage,
    )
    await passes('the transport over TCP', transportKit(lab), stage)
    await cluster(stage)
  })
