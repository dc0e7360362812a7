import type { Described } from '../trace-event.js'

interface Told {
  readonly text: string
  readonly kind: string
  readonly isKey: boolean
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

const TEXTS: Readonly<Record<string, (event: Described) => string>> = {
  'election-started': ({ phase, term, why }) =>
    `asks for ${text(phase)}s, term ${text(term)}${why === 'transfer' ? ', asked to lead' : ''}`,
  'stepped-down': ({ why }) => `steps down: ${text(why)}`,
  'message-refused': ({ reason }) => `refuses a message: ${text(reason)}`,
  'messages-dropped': ({ count }) => `drops ${text(count)} messages`,
  'slow-disk': ({ tookMs }) => `a write takes ${text(tookMs)} ms`,
  'over-budget': ({ budget, used, limit }) => `is over its budget, ${text(budget)}: ${text(used)} of ${text(limit)}`,
  stalled: ({ heldMs }) => `was held for ${text(heldMs)} ms`,
  'roster-changed': ({ voters, learners }) =>
    `roster of ${text(voters)} voters${learners === 0 ? '' : ` and ${text(learners)} learners`}`,
  'transfer-started': ({ to }) => `hands over to ${text(to)}`,
  'transfer-failed': ({ reason }) => `could not hand over: ${text(reason)}`,
  removed: () => 'is removed',
}

const KEY = new Set(['stepped-down', 'stalled', 'transfer-started', 'removed'])

/** What a member tells, in a few words; undefined for what is to be seen anyway. */
export function toldText(event: Described): Told | undefined {
  const type = text(event.type)
  const say = TEXTS[type]
  return say && { text: say(event), kind: type === 'election-started' ? 'asks' : 'told', isKey: KEY.has(type) }
}
