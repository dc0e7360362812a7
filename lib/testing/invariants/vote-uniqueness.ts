import type { Sending, Verdict } from '../cluster/step.js'

/** 2. No member ever grants two votes in one term to different candidates, across restarts too. */
export function voteUniqueness({ ledger, name, id, to, message }: Sending): Verdict {
  if (message.type === 'request-vote' && !message.pre) return cast(id, message.term)
  if (message.type !== 'vote-reply' || message.reason !== 'granted') return undefined
  const grants = message.pre ? ledger.preGranted : ledger.granted
  const grant = `${message.forTerm} ${to}`
  grants.set(grant, (grants.get(grant) ?? new Set<string>()).add(id))
  if (message.pre) return undefined
  return cast(to, message.forTerm)

  function cast(candidate: string, term: number): Verdict {
    const vote = `${id} ${term}`
    const earlier = ledger.votes.get(vote) ?? candidate
    ledger.votes.set(vote, earlier)
    return earlier === candidate ? undefined : `${name} votes for ${candidate} in term ${term}, after ${earlier}`
  }
}
