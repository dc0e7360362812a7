/**
 * Deliberate bugs, each as one replacement in one file: what must be noticed. `find` occurs exactly once.
 *
 * @typedef {{ name: string, file: string, find: string, replace: string }} Mutation
 * @type {readonly Mutation[]}
 */
module.exports = [
  {
    name: 'a vote is sent before it is on disk',
    file: 'streams/replica/outbox.ts',
    find: 'if (!this.disk.voteWaits) this.transport.send(to, message)',
    replace: 'if (this.disk) this.transport.send(to, message)',
  },
  {
    name: 'term and vote are two writes',
    file: 'streams/replica/disk.ts',
    find: 'if (vote !== undefined) steps.push(this.storage.saveTermAndVote(vote))',
    replace:
      'if (vote !== undefined) steps.push(this.storage.saveTermAndVote({ term: this.durableVote.term, vote: vote.vote }), this.storage.saveTermAndVote(vote))',
  },
  {
    name: 'a vote is forgotten by a restart',
    file: 'lib/member/assemble.ts',
    find: 'vote: opened.termAndVote.vote,',
    replace: 'vote: undefined,',
  },
  {
    name: 'a term has two votes',
    file: 'streams/rules/vote.ts',
    find: 'const free = ballot.pre ||',
    replace: 'const free = true || ballot.pre ||',
  },
  {
    name: 'a vote goes to whoever lacks what has committed',
    file: 'streams/rules/vote.ts',
    find: 'return isUpToDate(ballot.last, voter.last) ?',
    replace: 'return isUpToDate(ballot.last, ballot.last) ?',
  },
  {
    name: 'the vote of one who has none is counted',
    file: 'streams/roles/campaign.ts',
    find: 'filter(granted => isQuorum(replica.roster, id => granted.has(id)))',
    replace: 'filter(granted => isQuorum(replica.roster, id => granted.has(id)) || granted.size >= 2)',
  },
  {
    name: 'a candidate leads before its own vote is on disk',
    file: 'streams/roles/candidate.ts',
    find: 'filter(() => !replica.parts.disk.voteWaits),',
    replace: '',
  },
  {
    name: 'a leader of an older term is followed',
    file: 'streams/rules/terms.ts',
    find: "term < own ? 'stale'",
    replace: "term < own ? 'current'",
  },
  {
    name: 'an entry of an older term commits by counting',
    file: 'streams/rules/commitment.ts',
    find: '&& termAt(shape, reached) === term ?',
    replace: '&& termAt(shape, reached) !== undefined ?',
  },
  {
    name: 'a leader counts itself before its disk does',
    file: 'streams/roles/leader/leadership.ts',
    find: 'id === replica.self.id ? disk.durable :',
    replace: 'id === replica.self.id ? log.last.index :',
  },
  {
    name: 'a follower acknowledges before its disk does',
    file: 'streams/roles/following.ts',
    find: 'Math.min(verified, replica.parts.disk.durable)',
    replace: 'Math.min(verified, replica.parts.log.last.index)',
  },
  {
    name: 'a follower acknowledges all that it holds, verified or not',
    file: 'streams/roles/following.ts',
    find: 'const match = Math.min(verified, replica.parts.disk.durable)',
    replace: 'const match = replica.parts.disk.durable',
  },
  {
    name: 'a follower commits what no message has verified',
    file: 'streams/roles/following.ts',
    find: 'replica.commitTo(Math.min(sent.commit, reaches))',
    replace: 'replica.commitTo(Math.min(sent.commit, replica.parts.log.last.index))',
  },
  {
    name: 'a short old append truncates',
    file: 'streams/rules/fit.ts',
    find: 'if (first === undefined) return { fits: true, truncateFrom: undefined, from: end + 1 }',
    replace:
      'if (first === undefined) return { fits: true, truncateFrom: entries.length > 0 && end < shape.last.index ? end + 1 : undefined, from: end + 1 }',
  },
  {
    name: 'what conflicts is not dropped from disk',
    file: 'streams/replica/disk.ts',
    find: 'if (truncateFrom !== undefined) steps.push(this.storage.truncate(truncateFrom))',
    replace: '',
  },
  {
    name: 'what was cut while it was written counts as durable',
    file: 'streams/replica/disk.ts',
    find: 'this.writing = Math.min(this.writing, from - 1)',
    replace: '',
  },
  {
    name: 'a failed write is taken for a done one',
    file: 'streams/replica/disk.ts',
    find: 'const written$ = concat(...steps, of(undefined)).pipe(',
    replace:
      'const written$ = new (EMPTY.constructor as typeof import("rxjs").Observable)<undefined>(subscriber => concat(...steps, of(undefined)).subscribe({ next: v => subscriber.next(v), error: () => { subscriber.next(undefined); subscriber.complete() }, complete: () => subscriber.complete() })).pipe(',
  },
  {
    name: 'a barrier is confirmed without a round',
    file: 'streams/roles/leader/barriers.ts',
    find: 'leadership.confirmedRound >= before.round',
    replace: 'leadership.confirmedRound >= 0',
  },
  {
    name: 'a barrier shares a round that began before it was asked for',
    file: 'streams/roles/leader/barriers.ts',
    find: 'return { ...barriers, waiting: [...barriers.waiting, asked] }',
    replace:
      'return barriers.sharing.length > 0 ? { ...barriers, sharing: [...barriers.sharing, asked] } : { ...barriers, waiting: [...barriers.waiting, asked] }',
  },
  {
    name: 'a barrier is confirmed before an entry of the leader’s term has committed',
    file: 'streams/roles/leader/leadership.ts',
    find: 'return this.replica.commit >= this.firstIndex',
    replace: 'return this.firstIndex > 0',
  },
  {
    name: 'a barrier does not wait for its index here',
    file: 'streams/sources/requests.ts',
    find: 'const reached = this.confirmed.filter(group => group.index <= applied)',
    replace: 'const reached = this.confirmed.filter(group => group.index <= applied + 1e9)',
  },
  {
    name: 'a roster changes before an entry of the leader’s term has committed',
    file: 'streams/rules/membership.ts',
    find: 'roster.index <= committed && committed >= firstOfTerm',
    replace: 'roster.index <= committed && firstOfTerm > 0',
  },
  {
    name: 'two changes of the roster are under way at once',
    file: 'streams/rules/membership.ts',
    find: 'roster.index <= committed && committed >= firstOfTerm',
    replace: 'roster.index > 0 && committed >= firstOfTerm',
  },
  {
    name: 'a roster is not rolled back with its entry',
    file: 'streams/replica/replica.ts',
    find: 'this.rosters = withoutFrom(this.rosters, from)',
    replace: 'this.rosters = withoutFrom(this.rosters, Infinity)',
  },
  {
    name: 'a roster outlives its entry when a snapshot drops that',
    file: 'streams/replica/replica.ts',
    find: 'this.rosters = withoutFrom(this.rosters, this.parts.log.last.index + 1)',
    replace: 'this.rosters = withoutFrom(this.rosters, Infinity)',
  },
  {
    name: 'several voters change at once without both halves deciding',
    file: 'streams/rules/membership.ts',
    find: 'votersApart(roster.voters, next.voters) > 1 ?',
    replace: 'votersApart(roster.voters, next.voters) > 99 ?',
  },
  {
    name: 'the old half of a joint roster has no say in what commits',
    file: 'streams/rules/quorum.ts',
    find: 'Math.min(incoming, halfValue(roster.outgoing))',
    replace: 'Math.min(incoming, Infinity)',
  },
  {
    name: 'the old half of a joint roster has no say in who leads',
    file: 'streams/rules/quorum.ts',
    find: 'return roster.outgoing.length === 0 || majorityOf(roster.outgoing, agrees)',
    replace: 'return roster.outgoing.length === 0 || majorityOf(roster.voters, agrees)',
  },
  {
    name: 'a barrier in a joint roster is confirmed by the new half alone',
    file: 'streams/roles/leader/leadership.ts',
    find: 'return quorumValue(roster, id =>',
    replace: 'return quorumValue({ ...roster, outgoing: [] }, id =>',
  },
  {
    name: 'a change begins in the midst of a joint one',
    file: 'streams/rules/membership.ts',
    find: 'roster.outgoing.length === 0 && mayAppend(',
    replace: 'roster.index >= 0 && mayAppend(',
  },
  {
    name: 'a joint roster is left before it has committed',
    file: 'streams/rules/membership.ts',
    find: 'roster.outgoing.length > 0 && mayAppend(roster, committed, firstOfTerm)',
    replace: 'roster.outgoing.length > 0 && committed >= firstOfTerm',
  },
  {
    name: 'a joint roster that another leader has begun is not left',
    file: 'streams/roles/leader/membership.ts',
    find: 'if (!leadership.transferring && mustLeaveJoint(',
    replace: 'if (replica.roster.index >= firstIndex && mustLeaveJoint(',
  },
  {
    name: 'a learner counts in a quorum',
    file: 'streams/rules/quorum.ts',
    find: 'const incoming = halfValue(roster.voters)',
    replace: 'const incoming = halfValue([...roster.voters, ...roster.learners])',
  },
  {
    name: 'an acknowledgement of an earlier incarnation counts',
    file: 'streams/roles/leader/leadership.ts',
    find: 'return this.progress.get(id)?.incarnation === incarnation',
    replace: 'return this.progress.has(id) && incarnation >= 0',
  },
  {
    name: 'a learner is promoted before it has caught up',
    file: 'streams/rules/catch-up.ts',
    find: 'if (match < current.target) return { caughtUp: false, round: current }',
    replace: 'if (match < 0) return { caughtUp: false, round: current }',
  },
  {
    name: 'an old snapshot replaces newer entries',
    file: 'streams/replica/installer.ts',
    find: 'if (sent.index <= commit) {',
    replace: 'if (sent.index <= commit - 1e9) {',
  },
  {
    name: 'a snapshot keeps a suffix that conflicts with it',
    file: 'streams/rules/recovery.ts',
    find: 'termAt(shape, snapshot.index) === snapshot.term ? compacted(shape, snapshot) : emptyShape(snapshot)',
    replace: 'snapshot.index < shape.last.index ? compacted(shape, snapshot) : emptyShape(snapshot)',
  },
  {
    name: 'a snapshot holds a roster that has not committed',
    file: 'streams/replica/compact.ts',
    find: 'const roster = rosterAt(replica.rosters, until)',
    replace: 'const roster = replica.roster',
  },
  {
    name: 'a snapshot holds no sessions',
    file: 'streams/replica/compact.ts',
    find: 'const sessionBytes = sessions.encode()',
    replace: 'const sessionBytes = sessions.encode().subarray(0, 0)',
  },
  {
    name: 'the log is cut before what a follower is sent has arrived, and beyond the snapshot',
    file: 'streams/rules/retention.ts',
    find: 'return Math.min(snapshotIndex, tailFrom - 1, ...pinned)',
    replace: 'return Math.max(snapshotIndex, tailFrom - 1 - pinned.length)',
  },
  {
    name: 'an append that is tried again is applied twice',
    file: 'streams/replica/sessions.ts',
    find: "if (earlier !== undefined) return { is: 'duplicate', answer: earlier }",
    replace: '',
  },
  {
    name: 'an append that may have been sent is said to be rejected',
    file: 'lib/member/pending.ts',
    find: "const outcome = this.sent ? 'unknown' : 'rejected'",
    replace: "const outcome = this.sent ? 'rejected' : 'rejected'",
  },
  {
    name: 'an append is answered when the leader takes it',
    file: 'streams/roles/forwarding.ts',
    find: 'else requests.appends.accept(taken)',
    replace: 'else for (const request of taken) request.done({ index: 1, term: 1, time: 0 })',
  },
  {
    name: 'a follower takes entries that do not follow its log',
    file: 'streams/rules/fit.ts',
    find: 'if (!compacted && termAt(shape, previous.index) !== previous.term) {',
    replace: 'if (!compacted && termAt(shape, previous.index) === undefined) {',
  },
  {
    name: 'a leader looks no further back than its base, and never sends a snapshot',
    file: 'streams/rules/fit.ts',
    find: 'return { index: Math.min(at, shape.base.index - 1), term }',
    replace: 'return { index: shape.base.index, term }',
  },
  {
    name: 'time goes back',
    file: 'streams/rules/timing.ts',
    find: 'Math.max(Math.floor(now), previous)',
    replace: 'Math.max(Math.floor(now), previous - 1e9)',
  },
  {
    name: 'a leader that hears no quorum goes on',
    file: 'streams/roles/leader/check-quorum.ts',
    find: 'filter(() => !hearsQuorum(leadership))',
    replace: 'filter(() => !hearsQuorum(leadership) && clock.now() < 0)',
  },
  {
    name: 'a leader whose disk hangs goes on',
    file: 'streams/roles/leader/check-disk.ts',
    find: 'filter(() => isInTheWay(leadership))',
    replace: 'filter(() => isInTheWay(leadership) && clock.now() < 0)',
  },
  {
    name: 'whoever has just heard a leader would vote for another all the same',
    file: 'streams/rules/vote.ts',
    find: 'voter.hearsLeader && !ballot.transfer && (ballot.pre || ballot.term > voter.term)',
    replace: 'voter.hearsLeader && !ballot.transfer && ballot.term < voter.term',
  },
  {
    name: 'no barrier is ever confirmed',
    file: 'streams/roles/leader/barriers.ts',
    find: 'leadership.confirmedRound >= before.round',
    replace: 'leadership.confirmedRound >= Infinity',
  },
  {
    name: 'deadlines go on after a stop',
    file: 'streams/sources/deadlines.ts',
    find: 'stop(): void {\n    this.timer.unsubscribe()',
    replace: 'stop(): void {',
  },
  {
    name: 'counts in messages may be anything',
    file: 'streams/contracts/fields.ts',
    find: 'applyDecorators(IsInt(), Min(0), Max(Number.MAX_SAFE_INTEGER))',
    replace: 'applyDecorators(ValidateIf(() => false))',
  },
]
