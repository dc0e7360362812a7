import { distinctUntilChanged, interval, map, merge, startWith, type Observable } from 'rxjs'
import {
  clientMessage,
  ClientProgress,
  ClientStanding,
  encodeMember,
  type Told,
} from '../../../streams/contracts/client-messages/index.js'
import { LIMITS } from '../../../streams/contracts/limits.js'
import type { View } from '../../../streams/outlets/views.js'
import type { ServedHost } from './parts.js'

const standingOf = ({ leader, roster }: View): ClientStanding =>
  clientMessage(ClientStanding, {
    leader: leader && encodeMember(leader),
    voters: roster.voters.map(encodeMember),
    learners: roster.learners.map(encodeMember),
    rosterIndex: roster.index,
  })

const progressOf = ({ member: { replica }, sync }: ServedHost): ClientProgress =>
  clientMessage(ClientProgress, {
    committed: replica.applied,
    visible: sync.visibleUpTo(replica.applied),
    window: replica.sessions.window,
  })

/** What a client is told unasked: how far this member is, at least once a beat, and who is in the cluster as it changes. */
export function told$(host: ServedHost): Observable<Told> {
  const { views, replica } = host.member
  const beat$ = interval(LIMITS.clientBeatMs, replica.parts.clock).pipe(
    startWith(0),
    map(() => progressOf(host)),
  )
  const standing$ = views
    .select(view => view)
    .pipe(
      distinctUntilChanged((a, b) => a.leader === b.leader && a.roster === b.roster),
      map(standingOf),
    )
  return merge(beat$, standing$)
}
