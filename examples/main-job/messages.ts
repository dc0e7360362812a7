import type { HostEvent, Member, Payload } from 'kayak'

/** A line as a machine holds it, at the index at which it was committed. */
export interface Line {
  readonly index: number
  readonly payload: Payload
}

/** What the parent asks of a member's process, and what it is answered. Line numbers count from 1. */
export interface Questions {
  /** Appends a line under its number, and is answered with the index at which it was committed. */
  append: { with: { readonly number: number; readonly payload: Payload }; answer: number }
  /** Is answered once the machine has applied that index. */
  reach: { with: number; answer: undefined }
  /** Replaces the log by a snapshot of the machine. */
  compact: { with: undefined; answer: { readonly index: number; readonly bytes: number } }
  /** What the machine holds from a position on: a page of it, empty at the end. */
  page: { with: number; answer: readonly Line[] }
  status: { with: undefined; answer: Status }
  /** Leaves the cluster; the process ends by itself. */
  close: { with: undefined; answer: undefined }
  /** Stops and stays a member; the process ends by itself. */
  stop: { with: undefined; answer: undefined }
}

export interface Status {
  readonly role: string
  readonly term: number
  readonly voters: readonly Member[]
  /** Index up to which the machine has applied. */
  readonly index: number
  /** Index of the snapshot that the machine began with, 0 for none. */
  readonly restoredFrom: number
}

export type Question = keyof Questions

/** A question on its way; `what` fits `question`. */
export interface Asked {
  readonly id: number
  readonly question: Question
  readonly what: unknown
}

/** What a member's process tells its parent. */
export type Told =
  | { readonly tell: 'ready'; readonly self: Member; readonly head: number }
  | { readonly tell: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly tell: 'refusal'; readonly id: number; readonly code: string; readonly message: string }
  | { readonly tell: 'committed'; readonly lines: readonly Line[] }
  | { readonly tell: 'leader'; readonly leader: Member | undefined; readonly term: number }
  | { readonly tell: 'event'; readonly event: HostEvent }
  | { readonly tell: 'failed'; readonly message: string }
