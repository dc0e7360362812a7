import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createServer } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { answering, Asker } from './asking'
import { closedLoop, type Load } from './closed-loop'
import { median, type Measured } from './figures'
import type { BenchOptions } from './options'
import type { Workshop } from './workshop'

/** What nothing that is durable and replicated can do without. */
export interface Floor {
  /** The cheaper of the two ways to make 1 KiB durable, as a program of Node does it beside others: median. */
  readonly durableWriteMs: number
  /** Of a small message and its answer over socket.io, between two processes: median. */
  readonly roundTripMs: number
  readonly fdatasyncMs: number
  readonly dsyncMs: number
  /** The durable write where three processes write to the disk, each with a pause between two, as members do: median. */
  readonly sharedWriteMs: number
}

/** About what is between two writes of a member that takes one append after another. */
const PAUSE_MS = 1
const WRITE_BYTES = 1024
const FILE_BYTES = 16 * 1024 * 1024

interface FloorQuestions {
  /** Writes of 1 KiB, one after another, into a file whose blocks have been written before. */
  durable: [Load & { readonly dir: string; readonly how: 'fdatasync' | 'dsync' }, Measured]
  /** The same with pauses, which don't count: the median. */
  paused: [{ readonly dir: string; readonly ms: number }, number]
  serve: [undefined, number]
  roundTrip: [Load & { readonly port: number }, Measured]
}

async function written(file: string): Promise<void> {
  const handle = await open(file, 'w')
  const piece = new Uint8Array(1024 * 1024).fill(1)
  for (let at = 0; at < FILE_BYTES; at += piece.byteLength) await handle.write(piece)
  await handle.sync()
  await handle.close()
}

function writing(handle: FileHandle, isSynced: boolean): () => Promise<void> {
  const bytes = new Uint8Array(WRITE_BYTES).fill(2)
  let at = 0
  return async () => {
    await handle.write(bytes, 0, WRITE_BYTES, at)
    if (isSynced) await handle.datasync()
    at = (at + WRITE_BYTES) % FILE_BYTES
  }
}

async function durable({ dir, how, ...load }: FloorQuestions['durable'][0]): Promise<Measured> {
  const file = join(dir, how)
  await written(file)
  const handle = await open(file, constants.O_RDWR | (how === 'dsync' ? constants.O_DSYNC : 0))
  const measured = await closedLoop(writing(handle, how === 'fdatasync'), load)
  await handle.close()
  return measured
}

async function paused({ dir, ms }: FloorQuestions['paused'][0]): Promise<number> {
  const file = join(dir, String(process.pid))
  await written(file)
  const handle = await open(file, constants.O_RDWR | constants.O_DSYNC)
  const write = writing(handle, false)
  const took: number[] = []
  const end = performance.now() + ms
  while (performance.now() < end) {
    const begun = performance.now()
    await write()
    took.push(performance.now() - begun)
    await setTimeout(PAUSE_MS)
  }
  await handle.close()
  return median(took)
}

async function serve(): Promise<number> {
  const { Server } = await import('socket.io')
  const http = createServer()
  new Server(http, { transports: ['websocket'] }).on('connection', socket => {
    socket.on('ask', (value: number, answer: (value: number) => void) => answer(value))
  })
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve))
  // of a server that listens on TCP
  return (http.address() as AddressInfo).port
}

async function roundTrip({ port, ...load }: FloorQuestions['roundTrip'][0]): Promise<Measured> {
  const { io } = await import('socket.io-client')
  const socket = io(`http://127.0.0.1:${port}`, { transports: ['websocket'] })
  const measured = await closedLoop(() => socket.emitWithAck('ask', 1), load)
  socket.close()
  return measured
}

/** A process that measures floors. */
export const floorProcess = (): void => answering<FloorQuestions>({ durable, paused, serve, roundTrip })

/** The durable write, as three who share the disk find it. */
async function sharedWrite(workshop: Workshop, askers: readonly AFloor[], dir: string, ms: number): Promise<number> {
  const third: AFloor = new Asker<FloorQuestions>(workshop.fork('floor'))
  const medians = await Promise.all([...askers, third].map(asker => asker.ask('paused', { dir, ms })))
  await workshop.end(third.child)
  return median(medians)
}

/** Measures the floors. */
export async function measureFloor(
  workshop: Workshop,
  { warmMs, warmUpMs, ms }: Pick<BenchOptions, 'warmMs' | 'warmUpMs' | 'ms'>,
): Promise<Floor> {
  const load = { inFlight: 1, warmMs, ms }
  const dir = workshop.folder('floor')
  const [one, other] = [0, 1].map(() => new Asker<FloorQuestions>(workshop.fork('floor'))) as [AFloor, AFloor]
  const { p50Ms: fdatasyncMs } = await one.ask('durable', { ...load, dir, how: 'fdatasync' })
  const { p50Ms: dsyncMs } = await one.ask('durable', { ...load, dir, how: 'dsync' })
  const sharedWriteMs = await sharedWrite(workshop, [one, other], dir, ms)
  const port = await one.ask('serve', undefined)
  const { p50Ms: roundTripMs } = await other.ask('roundTrip', { ...load, warmMs: Math.max(warmMs, warmUpMs / 4), port })
  await Promise.all([one, other].map(({ child }) => workshop.end(child)))
  workshop.remove(dir)
  return { durableWriteMs: Math.min(fdatasyncMs, dsyncMs), roundTripMs, fdatasyncMs, dsyncMs, sharedWriteMs }
}

type AFloor = Asker<FloorQuestions>

export function medianFloor(floors: readonly Floor[]): Floor {
  const of = (name: keyof Floor) => median(floors.map(floor => floor[name]))
  return {
    durableWriteMs: of('durableWriteMs'),
    roundTripMs: of('roundTripMs'),
    fdatasyncMs: of('fdatasyncMs'),
    dsyncMs: of('dsyncMs'),
    sharedWriteMs: of('sharedWriteMs'),
  }
}
