import { LIMITS } from './limits.js'

/** What is said to who would be one member too many. */
export const fullText = (): string =>
  `The cluster has ${String(LIMITS.members)} members, which is as many as it can have (the budget "members"); remove one first.`
