import { Asker } from '../asking'
import type { Running, System } from '../systems'
import type { Workshop } from '../workshop'
import type { BareProcess } from './process'

interface Bare {
  readonly root: string
  readonly storage: string
  readonly compactEntries: number
  readonly execArgv: readonly string[]
}

async function open(workshop: Workshop, { root, storage, compactEntries, execArgv }: Bare): Promise<Running> {
  const make = (): BareProcess => new Asker(workshop.fork('bare', [root], execArgv))
  const [first, ...followers] = [make(), make(), make()] as const
  const folders: string[] = []
  const openOne = (one: BareProcess, source?: string): Promise<string> => {
    const dataDir = workshop.folder(`bare-${storage}-${folders.length + 1}`)
    folders.push(dataDir)
    return one.ask('open', { storage, dataDir, compactEntries, ...(source !== undefined && { source }) })
  }
  const address = await openOne(first)
  await Promise.all(followers.map(one => openOne(one, address)))
  await first.ask('followed', followers.length)
  return {
    run: (_call, _from, load) => first.ask('append', load),
    close: async () => {
      await Promise.all([first, ...followers].map(({ child }) => workshop.end(child, 'gently')))
      for (const folder of folders) workshop.remove(folder)
    },
  }
}

/**
 * What kayak's storage and transport do together without Raft, streams and consumers: one process that always leads has
 * two others write what it writes, and takes for done what it and one of them have. A plain program, not a bound: but what
 * is quicker must make more of the same parts.
 */
export const bareSystem = (bare: Bare): System => ({
  name: `without Raft, ${bare.storage}`,
  from: ['leader'],
  calls: ['append'],
  open: workshop => open(workshop, bare),
})
