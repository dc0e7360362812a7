export { spaceTimePage } from './space-time-page.js'
export type {
  ClientEvent,
  ConditionOf,
  Described,
  EndEvent,
  Fate,
  LifeChange,
  MemberChange,
  MemberEvent,
  MessageEvent,
  Moment,
  Observe,
  SurroundingsEvent,
  TracedLog,
  TracedRole,
  TracedStanding,
  TraceEvent,
} from './trace-event.js'
