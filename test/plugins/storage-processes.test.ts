import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { done, entries, first, refused, sameEntries } from '../../lib/testing/storage-kit/environment.js'
import { seededRandom } from '../../lib/testing/seeded-random.js'
import { nedbStorage } from '../../plugins/storage-nedb/index.js'
import { segmentStorage } from '../../plugins/storage-segments/index.js'
import type { Storage } from '../../streams/contracts/storage.js'

const ROOT = join(__dirname, '..', '..')

/** Lets a child of plain Node.js run the sources, compiled as jest does. */
const LOADER = `
const { transformSync } = require('@swc/core')
const Module = require('node:module')
const resolve = Module._resolveFilename
Module._resolveFilename = function (request, ...rest) {
  try { return resolve.call(this, request, ...rest) } catch (error) {
    if (!request.endsWith('.js')) throw error
    return resolve.call(this, request.replace(/\\.js$/, '.ts'), ...rest)
  }
}
const jsc = { parser: { syntax: 'typescript', decorators: true }, target: 'es2022',
  transform: { legacyDecorator: true, useDefineForClassFields: true } }
require.extensions['.ts'] = (module, filename) => module._compile(transformSync(
  require('node:fs').readFileSync(filename, 'utf8'), { filename, swcrc: false, jsc, module: { type: 'commonjs' } }).code, filename)
const [, dataDir, plugin] = process.argv
const [make] = Object.values(require('./plugins/' + plugin + '/index.ts')).filter(made => typeof made === 'function')
const { entries } = require('./lib/testing/storage-kit/environment.ts')
const say = line => {
  for (;;)
    try { return require('node:fs').writeSync(1, line + '\\n') }
    // the parent reads more slowly than this writes
    catch (error) { if (error.code !== 'EAGAIN') throw error }
}
const storage = make({ dataDir, garbageBytes: 20000, segmentBytes: 8192 })
`

/** Opens, says so or why not, and waits to be killed. */
const HOLDER = `${LOADER}
setInterval(() => {}, 1 << 30)
storage.open().subscribe({ next: () => say('open'), error: error => say(error.code) })`

/** Appends for ever, with a cut now and then, saying what was acknowledged. */
const WRITER = `${LOADER}
const append = index => storage.append(entries(index, index + 2)).subscribe({ complete: () => {
  say(String(index + 2))
  if (index % 5 === 0) storage.compact({ index: index - 3, term: 1 }).subscribe({ complete: () => append(index + 3) })
  else append(index + 3)
} })
storage.open().subscribe(opened => append(opened.last.index + 1))`

interface Kind {
  readonly plugin: string
  readonly make: (dataDir: string) => Storage
}

const KINDS: readonly Kind[] = [
  { plugin: 'storage-nedb', make: dataDir => nedbStorage({ dataDir }) },
  { plugin: 'storage-segments', make: dataDir => segmentStorage({ dataDir, segmentBytes: 8192 }) },
]

let dataDir: string
const children = new Set<ChildProcess>()

function run(
  script: string,
  { plugin }: Kind,
): { readonly child: ChildProcess; readonly lines: AsyncIterableIterator<string> } {
  const child = spawn(process.execPath, ['-e', script, dataDir, plugin], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.add(child)
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() }
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await gone
}

const nextLine = async (lines: AsyncIterableIterator<string>): Promise<string> => String((await lines.next()).value)

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'kayak-processes-'))
})
afterEach(async () => {
  for (const child of children) await kill(child)
  children.clear()
  await rm(dataDir, { recursive: true })
})

describe.each(KINDS)('$plugin in processes', kind => {
  test('a second process is refused, and none once the holder was killed', async () => {
    const storage = kind.make(dataDir)
    for (let round = 0; round < 3; round++) {
      const { child, lines } = run(HOLDER, kind)
      expect(await nextLine(lines)).toBe('open')
      await refused(storage.open(), 'KAYAK_LOCKED')
      await kill(child)
      await first(storage.open())
      expect(await nextLine(run(HOLDER, kind).lines)).toBe('KAYAK_LOCKED')
      await done(storage.close())
    }
  }, 60_000)

  test('a holder that is stopped, its event loop too, still holds', async () => {
    const { child, lines } = run(HOLDER, kind)
    expect(await nextLine(lines)).toBe('open')
    child.kill('SIGSTOP')
    await refused(kind.make(dataDir).open(), 'KAYAK_LOCKED')
  }, 60_000)

  test('of several that start at once over a dead claim, one gets it', async () => {
    const dead = run(HOLDER, kind)
    expect(await nextLine(dead.lines)).toBe('open')
    await kill(dead.child)
    const said = await Promise.all(Array.from({ length: 4 }, () => nextLine(run(HOLDER, kind).lines)))
    expect(said.sort()).toEqual(['KAYAK_LOCKED', 'KAYAK_LOCKED', 'KAYAK_LOCKED', 'open'])
  }, 60_000)

  test('of many storages that open at once in one process, one gets it', async () => {
    for (let round = 0; round < 20; round++) {
      const storages = Array.from({ length: 8 }, () => kind.make(dataDir))
      const results = await Promise.allSettled(storages.map(storage => first(storage.open())))
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const storage of storages) await done(storage.close())
    }
  }, 60_000)

  test('all that was acknowledged is there after a kill at any moment', async () => {
    const random = seededRandom(11)
    let from = 0
    for (let round = 0; round < 6; round++) {
      const { child, lines } = run(WRITER, kind)
      const until = 1 + Math.floor(random.next() * 60)
      let acknowledged = from
      for (let count = 0; count < until; count++) acknowledged = Number(await nextLine(lines))
      child.kill('SIGKILL')
      for await (const line of lines) acknowledged = Number(line)
      await kill(child)
      const storage = kind.make(dataDir)
      const { base, last } = await first(storage.open())
      expect(last.index).toBeGreaterThanOrEqual(acknowledged)
      const read = await first(storage.read(base.index + 1, last.index, Number.MAX_SAFE_INTEGER))
      sameEntries(read, entries(base.index + 1, last.index))
      from = last.index
      await done(storage.close())
    }
  }, 120_000)
})
