import type { Host } from 'kayak'
import type * as Clocks from '../../plugins/clock'
import type * as Randoms from '../../plugins/random'
import type * as Storages from '../../plugins/storage-memory'
import type * as Transports from '../../plugins/transport-memory'
import { answering, type Asker } from './asking'
import { builtKayak, type BuiltKayak } from './built-kayak'
import { callTimes } from './closed-loop'
import { compacting } from './consumer'
import type { Filling } from './member'
import { payloads } from './payloads'

interface AloneQuestions {
  /** Grows three members, which compact their logs after so many entries. */
  open: [{ readonly compactEntries: number }, undefined]
  /** Microseconds of the processor's time that each append at the leader takes, until all members have all of them. */
  append: [Filling, number]
}

export type AloneProcess = Asker<AloneQuestions>

const ADDRESSES = ['127.0.0.1:1', '127.0.0.1:2', '127.0.0.1:3'] as const

/** Members without disks and sockets: the first leads. */
async function grow({ face, plugin }: BuiltKayak): Promise<readonly [Host, ...Host[]]> {
  // what the plugins export
  const clock = (plugin('clock') as typeof Clocks).systemClock()
  const random = (plugin('random') as typeof Randoms).systemRandom()
  const { memoryStorage } = plugin('storage-memory') as typeof Storages
  const { MemoryNetwork } = plugin('transport-memory') as typeof Transports
  const network = new MemoryNetwork({ clock, random, faults: { delayMs: [0, 0] } })
  const parts = () => ({ storage: memoryStorage({ clock }), transport: network.transport() })
  const [first, ...others] = ADDRESSES
  const hosts: [Host, ...Host[]] = [await face.start(first, parts())]
  for (const address of others) hosts.push(await face.join(address, [first], parts()))
  return hosts
}

const cpuUs = (): number => {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** Three members of a built package in this one process. */
export function aloneProcess([root = process.cwd()]: readonly string[]): void {
  const kayak = builtKayak(root)
  let hosts: readonly [Host, ...Host[]] | undefined
  answering<AloneQuestions>({
    open: async ({ compactEntries }) => {
      hosts = await grow(kayak)
      for (const host of hosts) compacting(kayak, host, compactEntries)
      return undefined
    },
    append: async ({ count, inFlight, bytes }) => {
      if (hosts === undefined) throw new Error('There are no members.')
      const [first] = hosts
      const next = payloads(bytes)
      const before = cpuUs()
      await callTimes(() => first.log.append(next()), count, inFlight)
      await Promise.all(hosts.map(({ sync }) => sync.barrier()))
      if (first.role !== 'leader') throw new Error('Another member has come to lead.')
      return (cpuUs() - before) / count
    },
  })
}
