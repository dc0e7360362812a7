import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { lastValueFrom } from 'rxjs'
import { answering, type Asker } from './asking'
import { builtKayak } from './built-kayak'
import { payloads } from './payloads'
import { makeStorage } from './storages'

/** Where test/bench/rivals/install.sh puts them. */
const FOLDER = join('node_modules', '.cache', 'kayak-rivals', 'npm')
/** Engines on npm, by their packages. */
const PACKAGES = ['lmdb', 'classic-level', 'better-sqlite3'] as const
type Package = (typeof PACKAGES)[number]

export const enginesThere = (): readonly Package[] =>
  PACKAGES.filter(name => existsSync(join(FOLDER, 'node_modules', name)))

/** Makes values of a log durable, those of a batch at once, the first of them at an index. */
type Append = (values: readonly Uint8Array[], first: number) => Promise<void>

const load = (name: Package): unknown => createRequire(join(process.cwd(), FOLDER, 'package.json'))(name)

// What of each package is used.

interface Lmdb {
  open(options: { readonly path: string; readonly encoding: 'binary' }): {
    put(key: number, value: Uint8Array): Promise<unknown>
    readonly flushed: Promise<unknown>
  }
}

function onLmdb(dir: string): Append {
  const log = (load('lmdb') as Lmdb).open({ path: dir, encoding: 'binary' })
  return async (values, first) => {
    await Promise.all(values.map((value, at) => log.put(first + at, value)))
    await log.flushed
  }
}

interface Level {
  readonly ClassicLevel: new (
    path: string,
    options: { readonly valueEncoding: 'view' },
  ) => {
    batch(
      operations: readonly { readonly type: 'put'; readonly key: string; readonly value: Uint8Array }[],
      options: { readonly sync: true },
    ): Promise<void>
  }
}

function onLevel(dir: string): Append {
  const log = new (load('classic-level') as Level).ClassicLevel(dir, { valueEncoding: 'view' })
  const key = (index: number): string => index.toString().padStart(16, '0')
  return (values, first) =>
    log.batch(
      values.map((value, at) => ({ type: 'put', key: key(first + at), value })),
      { sync: true },
    )
}

type Sqlite = new (path: string) => {
  pragma(text: string): unknown
  exec(text: string): unknown
  prepare(text: string): { run(...values: readonly unknown[]): unknown }
  transaction<A extends readonly unknown[]>(work: (...words: A) => void): (...words: A) => void
}

function onSqlite(dir: string): Append {
  const database = new (load('better-sqlite3') as Sqlite)(join(dir, 'log.db'))
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec('CREATE TABLE log (id INTEGER PRIMARY KEY, value BLOB)')
  const insert = database.prepare('INSERT INTO log VALUES (?, ?)')
  const insertAll = database.transaction((values: readonly Uint8Array[], first: number) => {
    values.forEach((value, at) => insert.run(first + at, Buffer.from(value)))
  })
  return (values, first) => {
    insertAll(values, first)
    return Promise.resolve()
  }
}

const ON: Readonly<Record<Package, (dir: string) => Append>> = {
  lmdb: onLmdb,
  'classic-level': onLevel,
  'better-sqlite3': onSqlite,
}

const isPackage = (engine: string): engine is Package => PACKAGES.some(name => name === engine)

async function onStorage(root: string, name: string, dataDir: string): Promise<Append> {
  const storage = makeStorage(builtKayak(root), name, dataDir)
  await lastValueFrom(storage.open())
  const entry = (payload: Uint8Array, index: number) =>
    ({ index, term: 1, kind: 'data', time: 0, session: '', number: 0, payload }) as const
  return async (values, first) => {
    const entries = values.map((value, at) => entry(value, first + at))
    await lastValueFrom(storage.append(entries), { defaultValue: undefined })
  }
}

export interface Writing {
  readonly entries: number
  readonly bytes: number
  readonly batches: number
}

interface EngineQuestions {
  open: [{ readonly engine: string; readonly dir: string }, undefined]
  /** Milliseconds that each of so many batches takes, one after another. */
  write: [Writing, readonly number[]]
}

export type EngineProcess = Asker<EngineQuestions>

/** A process that writes a log by one engine and does nothing else. */
export function engineProcess([root = process.cwd()]: readonly string[]): void {
  let append: Append | undefined
  let next = 1
  answering<EngineQuestions>({
    open: async ({ engine, dir }) => {
      append = isPackage(engine) ? ON[engine](dir) : await onStorage(root, engine, dir)
      return undefined
    },
    write: async ({ entries, bytes, batches }) => {
      if (append === undefined) throw new Error('There is no engine.')
      const payload = payloads(bytes)
      const times: number[] = []
      for (let batch = 0; batch < batches; batch++) {
        const values = Array.from({ length: entries }, payload)
        const begun = performance.now()
        await append(values, next)
        times.push(performance.now() - begun)
        next += entries
      }
      return times
    },
  })
}
