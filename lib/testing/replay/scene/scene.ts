import type { EndEvent, TraceEvent } from '../trace-event.js'
import { blameOf, isNamed } from './blame.js'
import { Calls } from './calls.js'
import { Members } from './members.js'
import { Messages } from './messages.js'
import { CLIENTS, FAULTS, type Arrow, type Known, type Mark, type Span } from './shapes.js'
import { Surroundings } from './surroundings.js'

/** What there is to be drawn of a run, in virtual time and by lane, and what there is to be said about it. */
export interface Scene {
  /** The two beside the members, and then those, in the order in which they came. */
  readonly lanes: readonly string[]
  readonly arrows: readonly Arrow[]
  readonly spans: readonly Span[]
  /** In order of time. */
  readonly marks: readonly Mark[]
  readonly known: Readonly<Record<string, readonly Known[]>>
  readonly endsAt: number
  /** What the run has failed of, and whom and which calls that names. */
  readonly failure: string | undefined
  readonly blamed: { readonly members: readonly string[]; readonly asked: readonly number[] }
}

const placeOf = ({ events }: Mark): number => events[0] ?? 0

/** After a run with nothing wrong it is waited for what might be left behind: that is nothing to be seen. */
const isOfTheStory = (event: TraceEvent): boolean => event.type !== 'end' || event.failure !== undefined

const NOBODY = { members: [], asked: [] }

/** Makes a scene of a trace. */
export function sceneOf(events: readonly TraceEvent[]): Scene {
  const parts = { messages: new Messages(), members: new Members(), around: new Surroundings(), calls: new Calls() }
  let end: EndEvent | undefined
  events.forEach((event, place) => {
    if ('number' in event) parts.messages.add(event, place)
    else if ('member' in event && !('client' in event)) parts.members.add(event, place)
    else if ('client' in event) parts.calls.add(event, place)
    else if (event.type === 'end') end = event
    else parts.around.add(event, place)
  })
  const endsAt = events.reduce((latest, event) => Math.max(latest, isOfTheStory(event) ? event.at : 0), 0)
  const shapes = Object.values(parts).map(part => part.end(endsAt))
  const failure = end?.failure
  const blame = blameOf(failure)
  const { members, asked } = end ?? NOBODY
  return {
    lanes: [FAULTS, CLIENTS, ...membersOf(events)],
    arrows: shapes.flatMap(([some]) => some).map(arrow => ({ ...arrow, isNamed: isNamed(blame, arrow) })),
    spans: shapes.flatMap(([, some]) => some),
    marks: shapes
      .flatMap(([, , some]) => some)
      .map(mark => (isNamed(blame, mark) ? { ...mark, isKey: true, isNamed: true } : mark))
      .sort((one, other) => one.at - other.at || placeOf(one) - placeOf(other)),
    known: parts.members.known,
    endsAt,
    failure,
    blamed: { members, asked },
  }
}

/** Whoever lives, and whoever is written to. */
function membersOf(events: readonly TraceEvent[]): readonly string[] {
  const names = new Set<string>()
  for (const event of events) if ('member' in event && !('client' in event)) names.add(event.member)
  for (const event of events) if ('number' in event) names.add(event.from).add(event.to)
  return [...names]
}
