import type { TracedLog, TracedStanding } from '../trace-event.js'

/** What can be shown or hidden. */
export const GROUPS = {
  append: 'appends',
  heartbeat: 'heartbeats',
  vote: 'votes',
  snapshot: 'snapshots',
  forward: 'forwarded calls',
  client: 'clients',
  commit: 'commits and applies',
  disk: 'disk writes',
} as const

export type Group = keyof typeof GROUPS

/** Where something is drawn: a member's name, or one of the two lanes beside the members. */
export const FAULTS = 'faults'
export const CLIENTS = 'clients'

/** What something tells of: entries, or a term and its votes. */
export type About = { readonly first: number; readonly last: number } | { readonly term: number }

/** What stands in a scene, and which of the events it tells of, by their places. */
interface Shape {
  readonly at: number
  readonly text: string
  readonly events: readonly number[]
}

/** From one lane to another; one that doesn't arrive says in `fate` why. */
export interface Arrow extends Shape {
  readonly from: string
  readonly to: string
  readonly until: number
  readonly group: Group
  readonly fate: string
  readonly about?: About
  readonly isNamed?: boolean
}

/** Something that lasts. Beside each other are those of one lane that have different slots. */
export interface Span extends Shape {
  readonly lane: string
  readonly until: number
  readonly kind: string
  readonly slot: string
}

/** Something that happens in a lane. What is `key` belongs into the shortest telling of the run. */
export interface Mark extends Shape {
  readonly lane: string
  readonly kind: string
  readonly group?: Group
  readonly isKey: boolean
  readonly about?: About
  /** Whether it tells of what the failure names. */
  readonly isNamed?: boolean
}

/** What was known of a member from a moment on. */
export interface Known {
  readonly at: number
  readonly life: string
  readonly standing: TracedStanding | undefined
  readonly log: TracedLog | undefined
  readonly ballot: { readonly term: number; readonly vote: string | undefined } | undefined
}

export type Shapes = readonly [arrows: readonly Arrow[], spans: readonly Span[], marks: readonly Mark[]]
