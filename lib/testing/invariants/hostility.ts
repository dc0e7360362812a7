import type { Replica } from '../../../streams/replica/replica.js'
import type { Verdict } from '../cluster/step.js'

/**
 * 19. What is no valid message changes nothing: not the term, the vote, the log or the commit index, and it leaves
 * nothing to be done. It is told of.
 *
 * Waits for authentication: until members have keys, a valid message is taken of whoever names the cluster and a member.
 */
export function contained(name: string, replica: Replica, deliver: () => void): Verdict {
  const { standing, commit, parts } = replica
  const { shape } = parts.log
  const waiting = parts.inbox.length
  let told = 0
  const events = replica.events$.subscribe(({ type }) => (told += Number(type === 'message-refused')))
  deliver()
  events.unsubscribe()
  const isSame = replica.standing === standing && replica.commit === commit && parts.log.shape === shape
  if (!isSame || parts.inbox.length !== waiting) return `${name} is changed by a message that is none`
  return told === 1 ? undefined : `${name} tells ${told} times of a message that is none`
}
