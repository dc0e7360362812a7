import type { FaultKind } from '../simulation/faults.js'

/**
 * Something that happens in a simulation, for whoever looks at it later. Members and clients go by their names; what
 * isn't a number or a word is described, so that a trace can be written as JSON.
 */
export type TraceEvent = Moment & (MessageEvent | MemberEvent | SurroundingsEvent | ClientEvent | EndEvent)

/** When something happens. */
export interface Moment {
  /** Virtual milliseconds since the cluster was founded. */
  readonly at: number
  /** How many events of the simulation had happened before. */
  readonly step: number
}

/** Described for a reader: numbers, words, lists and records of them. */
export type Described = Readonly<Record<string, unknown>>

/**
 * What becomes of a message: `lost` by chance, `cut` by a partition, `gone` for want of a receiver, `injected` where an
 * old one arrives once more or one arrives that nobody has sent.
 */
export type Fate = 'delivered' | 'lost' | 'cut' | 'gone' | 'refused' | 'injected'

/**
 * A message has one `number`, from its sending to each of its ends: there are several where it was doubled. What has
 * been injected, and perhaps never sent, comes with the message.
 */
export type MessageEvent = { readonly number: number; readonly from: string; readonly to: string } & (
  | { readonly type: 'sent'; readonly message: Described }
  | { readonly type: 'ended'; readonly fate: Fate; readonly message?: Described }
)

/** What a member is. */
export type TracedRole = 'follower' | 'candidate' | 'leader' | 'learner'
/** How a life of a member begins or ends. */
export type LifeChange = 'started' | 'crashed' | 'stopped' | 'removed' | 'failed' | 'wiped'

/** What is seen of a member. A `standing` and a `log` are told whole, whenever anything of them has changed. */
export type MemberEvent = { readonly member: string } & MemberChange

/** What has changed of a member. */
export type MemberChange =
  | { readonly type: 'life'; readonly life: string; readonly is: LifeChange; readonly error?: string }
  | ({ readonly type: 'standing' } & TracedStanding)
  | ({ readonly type: 'log' } & TracedLog)
  /** The term and vote that are on its disk. */
  | { readonly type: 'ballot'; readonly term: number; readonly vote: string | undefined }
  /** Entries from `from` on, up to `had`, are no longer in its log. */
  | { readonly type: 'truncated'; readonly from: number; readonly had: number }
  | { readonly type: 'snapshot'; readonly index: number; readonly is: 'taken' | 'installed' }
  /** A command has been applied by its machine. Both are as JSON. */
  | { readonly type: 'applied'; readonly index: number; readonly input: string; readonly output: string }
  /** What the member itself says of it, as in `events$` of a host. */
  | { readonly type: 'told'; readonly event: Described }
  /** Something about its machine that is not as usual, or is again. */
  | { readonly type: 'condition'; readonly of: ConditionOf; readonly is: string; readonly isUsual: boolean }

/** Where a member stands in its term. */
export interface TracedStanding {
  readonly role: TracedRole
  readonly term: number
  readonly leader: string | undefined
  readonly vote: string | undefined
}

/** Indexes: what a member's log begins behind and ends with, and how far the rest has come. */
export interface TracedLog {
  readonly base: number
  readonly last: number
  readonly lastTerm: number
  readonly durable: number
  readonly committed: number
  readonly applied: number
  readonly snapshot: number
}

/** Of what a machine's condition is told. */
export type ConditionOf = 'process' | 'writes' | 'reads' | 'latency' | 'records' | 'clock'

/** What happens around members: faults, and the network. */
export type SurroundingsEvent =
  /** A fault strikes. Its members are those that it has to do with, as far as can be told at once. */
  | {
      readonly type: 'fault'
      readonly id: number
      readonly kind: FaultKind
      readonly lastsMs: number
      readonly members: readonly string[]
    }
  /** Who can't reach whom, and what else the network does. */
  | {
      readonly type: 'network'
      readonly cuts: readonly (readonly [from: string, to: string])[]
      readonly faults: Described
      readonly isUsual: boolean
    }

/** A client's call, from each attempt to its answer, to what the client takes it for. Values are as JSON. */
export type ClientEvent = { readonly client: string; readonly call: string } & (
  | { readonly type: 'asked'; readonly attempt: number; readonly member: string; readonly input: string }
  | {
      readonly type: 'answered'
      readonly attempt: number
      readonly member: string
      readonly ending: string
      readonly index: number | undefined
      readonly error?: string
    }
  | { readonly type: 'settled'; readonly outcome: string; readonly output?: string }
)

/** How the run ends: with nothing wrong, or with what was found. */
export interface EndEvent {
  readonly type: 'end'
  readonly failure: string | undefined
  /** Members that the failure names. */
  readonly members: readonly string[]
  /** When calls were begun that the failure names, as in `at`. */
  readonly asked: readonly number[]
}

/** Is told of each event as it happens. Whatever it does must not touch the simulation. */
export type Observe = (event: TraceEvent) => void
