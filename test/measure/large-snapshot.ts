/**
 * How a host fares while a large state is snapshotted, and restored: how long its event loop stands still, what memory it takes
 * beyond the state itself, and whether appends go on.
 *
 *   node test/bundled.cjs test/measure/large-snapshot.ts [MiB of state, 1024] [bytes a value, 1024] [rows | gzip | encrypt]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { lastValueFrom, of, pipe, type OperatorFunction } from 'rxjs'
import { start, type Host } from 'kayak'
import { decrypt, encrypt } from 'kayak/plugins/snapshot-encrypt'
import { gunzip, gzip } from 'kayak/plugins/snapshot-gzip'
import { chunk, fromRows, PersistentMap, toRows } from 'kayak/streams'

const KiB = 1024
const MiB = 1024 * KiB

type State = PersistentMap<string, Uint8Array>
type Pipeline = readonly [OperatorFunction<State, Uint8Array>, OperatorFunction<Uint8Array, State>]

const key = { id: 'measured', key: new Uint8Array(32).fill(7) }
const PIPELINES: Readonly<Record<string, Pipeline>> = {
  rows: [toRows(), fromRows<State>()],
  gzip: [pipe(toRows(), gzip({ level: 1 }), chunk(64 * KiB)), pipe(gunzip(), fromRows<State>())],
  encrypt: [
    pipe(toRows(), encrypt(key), chunk(64 * KiB)),
    pipe(
      decrypt(() => key.key),
      fromRows<State>(),
    ),
  ],
}

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** A state of so many bytes, made in slices. */
async function stateOf(bytes: number, valueBytes: number): Promise<State> {
  let state: State = PersistentMap.empty()
  for (let at = 0; at * valueBytes < bytes; at++) {
    const value = new Uint8Array(valueBytes)
    for (let byte = 0; byte < valueBytes; byte += 4) value[byte] = (at * 31 + byte * 7) % 251
    state = state.set(`key ${at}`, value)
    if (at % 10_000 === 0) await turn()
  }
  return state
}

/** Does something, and tells what it did to the process. */
async function measured<R>(name: string, host: Host, work: () => Promise<R>): Promise<R> {
  globalThis.gc?.()
  const delay = monitorEventLoopDelay({ resolution: 5 })
  const before = process.memoryUsage().rss
  let [most, appends, isOver] = [before, 0, false]
  const append = async (): Promise<void> => {
    for (; !isOver; appends++) {
      await host.log.append(new Uint8Array(KiB))
      most = Math.max(most, process.memoryUsage().rss)
      await turn()
    }
  }
  const appending = append()
  delay.enable()
  const begun = performance.now()
  const result = await work()
  const seconds = (performance.now() - begun) / 1000
  delay.disable()
  isOver = true
  await appending
  const [longest, rare] = [delay.max, delay.percentile(99.9)].map(ns => (ns / 1e6 - 5).toFixed(0))
  const grown = ((most - before) / MiB).toFixed(0)
  const rate = (appends / seconds).toFixed(0)
  console.log(
    `${name}: ${seconds.toFixed(1)} s, longest stall ${longest} ms (99.9 %: ${rare} ms), ` +
      `memory +${grown} MiB of ${(before / MiB).toFixed(0)}, ${rate} appends/s meanwhile`,
  )
  return result
}

async function main([size = '1024', valueBytes = '1024', name = 'rows']: readonly string[]): Promise<void> {
  const pipeline = PIPELINES[name]
  if (pipeline === undefined) throw new Error(`A pipeline is one of ${Object.keys(PIPELINES).join(', ')}.`)
  const [snapshot, restore] = pipeline
  const folder = mkdtempSync(join(tmpdir(), 'kayak-snapshot-'))
  const host = await start('127.0.0.1:0', { dataDir: join(folder, 'a') })
  try {
    const state = await stateOf(Number(size) * MiB, Number(valueBytes))
    console.log(`${state.size} values of ${valueBytes} bytes, ${name}`)
    await measured('nothing, for five seconds', host, () => new Promise(resolve => setTimeout(resolve, 5000)))
    const { index } = await host.log.append('captured')
    await measured('snapshot', host, () => host.log.compact(index, of(state).pipe(snapshot)))
    const taken = await host.log.snapshot()
    if (taken === undefined) throw new Error('There is no snapshot.')
    console.log(`${(taken.bytes / MiB).toFixed(0)} MiB on disk`)
    // what is restored is as large as what there was, and must fit beside it
    const back = await measured('restore', host, () => lastValueFrom(taken.chunks$.pipe(restore)))
    if (back.size !== state.size) throw new Error(`Restored ${back.size} of ${state.size} values.`)
  } finally {
    await host.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
