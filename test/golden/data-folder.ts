import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { done, first } from '../../lib/testing/storage-kit/environment'
import { seededRandom } from '../../lib/testing/seeded-random'
import { nedbStorage } from '../../plugins/storage-nedb'
import { segmentStorage } from '../../plugins/storage-segments'
import type { Opened, Storage } from '../../streams/contracts/storage'
import type { LogEntry } from '../../streams/rules/entry'
import { EMPTY_ROSTER } from '../../streams/rules/roster'
import { CLUSTER, ENTRIES, ROSTERS, sessions } from './values'

/** How each storage opens a folder, so that it writes the same every time. By the name of its golden folder. */
const STORAGES = {
  folder: dataDir => nedbStorage({ dataDir }),
  segments: dataDir => segmentStorage({ dataDir, segmentBytes: 8192, spareSegments: 0, random: seededRandom(1) }),
} satisfies Record<string, (dataDir: string) => Storage>

export type Kind = keyof typeof STORAGES
export const KINDS = ['folder', 'segments'] as const satisfies readonly Kind[]

export const storageIn = (kind: Kind, dataDir: string): Storage => STORAGES[kind](dataDir)

/** What a data folder holds. */
export interface Held {
  readonly opened: Omit<Opened, 'bytes'>
  readonly entries: readonly LogEntry[]
  readonly snapshot: Uint8Array
}

const MEMBER = 'a1'.repeat(16)
const MACHINE = new TextEncoder().encode('what a machine has said of itself')
const [rosterEntry, noop, data] = ENTRIES['of each kind'] ?? []

const entries = (from: number, to: number, term: number): readonly LogEntry[] =>
  Array.from({ length: to - from + 1 }, (_, at) => {
    const index = from + at
    const like = index === 1 ? rosterEntry : index === 2 ? noop : data
    if (like === undefined) throw new Error('There are no golden entries.')
    return { ...like, index, term, ...(like.kind === 'data' && { number: index }) }
  })

async function fill(storage: Storage): Promise<void> {
  await first(storage.open())
  const where = { address: '127.0.0.1:7001', advertise: '127.0.0.1:7001' }
  const identity = { memberId: MEMBER, clusterId: CLUSTER, ...where } as const
  await done(storage.saveIdentity({ ...identity, standing: 'founding' }))
  await done(storage.saveTermAndVote({ term: 1, vote: undefined }))
  await done(storage.append(entries(1, 4, 1)))
  await done(storage.saveIdentity({ ...identity, standing: 'member' }))
  await done(storage.append(entries(5, 8, 1)))
  await done(storage.truncate(7))
  await done(storage.saveTermAndVote({ term: 2, vote: MEMBER }))
  await done(storage.append(entries(7, 9, 2)))
  const table = sessions().encode()
  const roster = ROSTERS['of one'] ?? EMPTY_ROSTER
  const writer = storage.createSnapshot({
    index: 5,
    term: 1,
    time: 1_700_000_000_005,
    roster,
    sessionBytes: table.length,
  })
  await done(writer.write(table))
  await done(writer.write(MACHINE))
  await first(writer.publish())
  await done(storage.compact({ index: 3, term: 1 }))
  await done(storage.close())
}

const isData = (name: string): boolean => !name.startsWith('lock')

/** Writes a data folder with some of everything into an empty folder. */
export async function writeFolder(kind: Kind, to: string): Promise<void> {
  const work = `${to}.work`
  await fill(storageIn(kind, work))
  await mkdir(to, { recursive: true })
  for (const name of (await readdir(work)).filter(isData)) await cp(join(work, name), join(to, name))
  await rm(work, { recursive: true })
}

/** The files of a data folder, by name. */
export async function filesOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const files: Record<string, string> = {}
  for (const name of (await readdir(folder)).filter(isData).sort())
    files[name] = (await readFile(join(folder, name))).toString('latin1')
  return files
}

/** What a folder holds, opened as a member does. */
export async function holds(kind: Kind, folder: string): Promise<Held> {
  const storage = storageIn(kind, folder)
  const { bytes: _, ...opened } = await first(storage.open())
  const { base, last, snapshot } = opened
  const read = await first(storage.read(base.index + 1, last.index, Number.MAX_SAFE_INTEGER))
  const stream = await first(storage.readSnapshot(snapshot?.index ?? 0, 0, snapshot?.bytes ?? 0))
  await done(storage.close())
  return { opened, entries: read, snapshot: stream }
}
