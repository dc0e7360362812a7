import { dirname, join } from 'node:path'
import { KayakError } from '../../streams/contracts/errors.js'
import { corrupt } from '../folder/failures.js'
import type { FileLayer, PlacedFile } from '../folder/file-layer.js'
import { Turns } from '../folder/turns.js'
import { BLOCK_BYTES, readFields, sealBlock, unsealBlock, type BlockFormat } from './block.js'
import { fromFields, toFields, type Mark, type SavedState, type State } from './state-fields.js'

/** Raise the format where an older version could not read it, with a row for how one of the format before becomes it. */
const STATE: BlockFormat = { holds: 'state', format: 1, migrations: new Map() }

export const STATE_FILE = 'state.kayak'
export const UNFINISHED_STATE = 'state.unfinished'

const COPIES = 2
const GENERATION_BYTES = COPIES * BLOCK_BYTES
const FILE_BYTES = 2 * GENERATION_BYTES

const generationOf = (state: SavedState): Buffer => {
  const block = sealBlock(STATE, toFields(state))
  return Buffer.concat([block, block])
}

/**
 * The file of what a member must not forget beside its log: two generations, each of two equal blocks. A save puts
 * both blocks of the older generation in one durable write, so one that is cut short leaves the newer one, and a block
 * that rots leaves its copy.
 */
export class StateFile {
  // Snapshots are published, and segments made, beside the other writes.
  private readonly turns = new Turns()
  private failure: { readonly cause: unknown } | undefined
  private markOf: () => Mark

  private constructor(
    readonly path: string,
    private readonly file: PlacedFile,
    private state: SavedState,
    /** The generation that holds it. */
    private generation: number,
    /** What was found there, as bytes. */
    private readonly found: Uint8Array,
  ) {
    this.markOf = () => this.state.mark
  }

  /** Makes the file, whole and durable before it has its name. */
  static async create(files: FileLayer, folder: string, log: string): Promise<StateFile> {
    const [path, unfinished] = [join(folder, STATE_FILE), join(folder, UNFINISHED_STATE)]
    const state = {
      sequence: 1,
      identity: undefined,
      termAndVote: { term: 0, vote: undefined },
      snapshotIndex: 0,
      log,
      firstSegment: 1,
      lastSegment: 0,
      mark: { segment: 0, at: 0 },
    }
    await files.remove(unfinished)
    const made = await files.open(unfinished, 'create')
    try {
      await made.append(Buffer.concat([generationOf(state), generationOf(state)]))
      await made.sync()
    } finally {
      await made.close()
    }
    await files.rename(unfinished, path)
    await files.syncFolder(dirname(path))
    return new StateFile(path, await files.openPlaced(path), state, 0, generationOf(state))
  }

  /** @throws {@link KayakError} `KAYAK_CORRUPT` if no block is whole, `KAYAK_VERSION` if one is of a later format. */
  static async open(files: FileLayer, folder: string): Promise<StateFile> {
    const path = join(folder, STATE_FILE)
    const file = await files.openPlaced(path)
    try {
      const bytes = await file.read(0, FILE_BYTES)
      // it is made whole, so one that is shorter has lost something, if not what is newest
      if (bytes.byteLength < FILE_BYTES) throw corrupt(path, 'has lost its end')
      const found = readNewest(path, bytes)
      if (found === undefined) throw corrupt(path, 'is damaged')
      const { state, generation, block } = found
      return new StateFile(path, file, state, generation, Buffer.concat([block, block]))
    } catch (error) {
      await file.close()
      throw error
    }
  }

  get current(): SavedState {
    return this.state
  }

  /** Whether a save has failed, so that nobody knows what is there. */
  get hasFailed(): boolean {
    return this.failure !== undefined
  }

  /** Asks for how far the log is on disk, from now on: each save tells it. */
  follow(markOf: () => Mark): void {
    this.markOf = markOf
  }

  /** @throws {@link KayakError} `KAYAK_INVALID` for what doesn't fit a block. */
  save(change: Partial<State>): Promise<void> {
    return this.turns.take(async () => {
      if (this.failure !== undefined) throw this.failure.cause
      const next = { ...this.state, ...change, mark: this.markOf(), sequence: this.state.sequence + 1 }
      const bytes = sealed(next)
      const generation = 1 - this.generation
      try {
        await this.file.write(bytes, generation * GENERATION_BYTES)
      } catch (cause) {
        this.failure = { cause }
        throw cause
      }
      this.state = next
      this.generation = generation
    })
  }

  /**
   * Makes what was found durable, where it is and byte by byte, before anything is saved: a dead process may have left it
   * readable and not on disk, and then the older generation is the only one that is surely there.
   */
  secure(): Promise<void> {
    return this.turns.take(() => this.file.write(this.found, this.generation * GENERATION_BYTES))
  }

  close(): Promise<void> {
    return this.turns.take(() => this.file.close())
  }
}

function sealed(state: SavedState): Buffer {
  try {
    return generationOf(state)
  } catch (cause) {
    throw new KayakError('KAYAK_INVALID', 'The addresses of the identity are too long.', { cause })
  }
}

interface Found {
  readonly state: SavedState
  readonly generation: number
  readonly block: Uint8Array
}

function readNewest(path: string, bytes: Uint8Array): Found | undefined {
  let newest: Found | undefined
  for (let at = 0; at < 2 * COPIES; at++) {
    const block = bytes.subarray(at * BLOCK_BYTES, (at + 1) * BLOCK_BYTES)
    const unsealed = unsealBlock(block)
    if (unsealed === undefined) continue
    const state = fromFields(path, readFields(path, unsealed, STATE))
    if (newest === undefined || state.sequence > newest.state.sequence)
      newest = { state, generation: Math.floor(at / COPIES), block }
  }
  return newest
}
