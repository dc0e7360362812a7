import type { Load } from './closed-loop'
import type { Measured } from './figures'
import type { Workshop } from './workshop'

/** What callers call: for others than kayak, what comes nearest. */
export type Call = 'append' | 'barrier'
/** In whose process they do. */
export type From = 'leader' | 'follower'

/** What is measured beside each other: one system after another, and all of them again. */
export interface System {
  readonly name: string
  /** Where callers can be. */
  readonly from: readonly From[]
  /** What it takes; by default all calls. */
  readonly calls?: readonly Call[]
  open(workshop: Workshop): Promise<Running>
}

/** A cluster of three that takes calls. */
export interface Running {
  run(call: Call, from: From, load: Load & { readonly bytes: number }): Promise<Measured>
  close(): Promise<void>
}
