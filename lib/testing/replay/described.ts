import { decodeMessage } from '../../../streams/contracts/messages/index.js'
import type { LogEntry } from '../../../streams/rules/entry.js'
import type { RosterStep } from '../../../streams/rules/membership.js'
import type { Roster } from '../../../streams/rules/roster.js'
import type { Described } from './trace-event.js'

const MOST_CHARACTERS = 300
const MOST_ENTRIES = 40

/** What a member is called, by its id. */
export type NameOf = (id: string) => string

export const shortened = (text: string): string =>
  text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}…`

/** A value that may be anything, as words. */
function described(value: unknown, nameOf: NameOf): unknown {
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`
  if (typeof value === 'string') return shortened(nameOf(value))
  if (typeof value === 'boolean' || value === null) return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (value instanceof Error) return shortened(value.message)
  if (Array.isArray(value)) return value.slice(0, MOST_ENTRIES).map(item => described(item, nameOf))
  return typeof value === 'object' ? recordOf(value, nameOf) : typeof value
}

/** Each field of a record, as words. */
export const recordOf = (record: object, nameOf: NameOf): Described =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, described(value, nameOf)]))

function entryText({ index, term, kind, payload }: LogEntry): string {
  const what = kind === 'data' ? shortened(new TextDecoder().decode(payload)) : kind
  return index === 0 ? what : `${index} of term ${term}: ${what}`
}

const rosterText = ({ voters, learners, index }: Roster, nameOf: NameOf): string => {
  const names = (list: Roster['voters']): string => list.map(({ id }) => nameOf(id)).join(' ')
  return `voters ${names(voters)}${learners.length > 0 ? `, learners ${names(learners)}` : ''}, of entry ${index}`
}

const stepText = (step: RosterStep, nameOf: NameOf): string =>
  'id' in step ? `${step.type} ${nameOf(step.id)}` : step.type

/** A message with what its binary fields hold; one that is none, as it is. */
export function describeMessage(message: object, nameOf: NameOf): Described {
  const fields = recordOf(message, nameOf)
  const decoded = decodeMessage({ ...message })
  if (!decoded.ok) return { ...fields, 'is no message': decoded.reason }
  const { entries, roster, steps } = decoded.value
  return {
    ...fields,
    ...('entries' in message && { entries: entries.slice(0, MOST_ENTRIES).map(entryText), count: entries.length }),
    ...('steps' in message && { steps: steps.map(step => stepText(step, nameOf)).join(', ') }),
    ...(roster !== undefined && { roster: rosterText(roster, nameOf) }),
  }
}
