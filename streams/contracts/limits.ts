const KiB = 1024
const MiB = 1024 * KiB

/** Every bound that is no option. Bytes, counts and milliseconds, as the names say. */
export const LIMITS = {
  /** What `maxPayloadBytes` may be raised to, so that one entry fits a message of any transport. */
  largestPayloadBytes: 8 * MiB,
  /** A batch of entries on the wire is cut here, unless one entry alone is larger. */
  batchBytes: 512 * KiB,
  /** What may be under way to one member without an answer. */
  pipelineMessages: 32,
  pipelineBytes: 4 * MiB,
  /** How long a commit waits for entries to go with, to members of which no caller waits for it; behind others up to twice that. */
  commitNoticeMs: 1,
  /** Entries that have not committed, on the leader: more appends are refused. */
  uncommittedBytes: 64 * MiB,
  /** Entries that it has not applied, on the leader: more appends are refused. Memory lets go of what the disk has. */
  unappliedBytes: 128 * MiB,
  /** Entries that are not on disk yet, of whichever terms: a leader refuses more, a follower is sent them again later. */
  bufferedBytes: 64 * MiB,
  /** Batches of appends handed to the leader and not answered: more wait, so that a burst holds up nothing else. */
  proposalsUnderWay: 16,
  /** Appends of this host that wait for an answer. */
  pendingAppendBytes: 64 * MiB,
  pendingRequests: 100_000,
  /** Events that wait for their turn; further messages from others are dropped, as a network would. */
  inboxMessages: 10_000,
  inboxBytes: 64 * MiB,
  /** Messages that wait until the term and vote that they promise are on disk. */
  heldMessages: 4096,
  heldBytes: 64 * MiB,
  /**
   * Entries kept in memory that have been applied: those that members have been sent which can be reached, and those that
   * they have not. What stays is work for the collector, and a disk has it too.
   */
  recentBytes: 1 * MiB,
  tailBytes: 16 * MiB,
  /** Entries kept on disk behind a snapshot for followers that lag a little. */
  tailEntries: 4096,
  keptBytes: 16 * MiB,
  /** By the log's own time, before its last entry. */
  keptMs: 60 * 60 * 1000,
  /** Entries kept for a follower while a snapshot is on its way to it. */
  pinnedBytes: 256 * MiB,
  /** Entries read from disk at a time. */
  readBytes: 1 * MiB,
  /** One chunk of a snapshot on the wire. */
  snapshotChunkBytes: 256 * KiB,
  /** What all snapshots together that a leader sends take of the network, unless the host says otherwise. */
  snapshotBytesPerSecond: 64 * MiB,
  /** Snapshots that a leader sends at once, of those to members that answer. */
  snapshotTransfers: 4,
  /** Small chunks of a consumer's iterable that are taken together, and for how long: making them holds the event loop. */
  snapshotTogetherBytes: 64 * KiB,
  snapshotTogether: 1024,
  snapshotTogetherMs: 5,
  /** What a consumer's pushing stream of chunks may run ahead of the disk. */
  snapshotBacklogBytes: 64 * MiB,
  /** The same of one that waits when it is asked to, and of what one stage of a snapshot pipeline holds. */
  snapshotAheadBytes: 512 * KiB,
  stageAheadBytes: 256 * KiB,
  /** A piece of a state that is written in rows. */
  rowPieceBytes: 64 * KiB,
  /** Entries in line before a handler, the one at work too: at how many the source waits, and the most if it can't. */
  lineAhead: 2,
  lineEntries: 1024 * 1024,
  lineBytes: 64 * MiB,
  /** What callers of one machine wait for, and results of entries that it keeps until it is known whose they are. */
  machineRequests: 100_000,
  machineResults: 65_536,
  /**
   * What is remembered of appends. All members must agree on these, since what is applied follows from them: they change
   * with a version of the log's format only. Answers that a session remembers, at most, and at least where there are many;
   * sessions, with and without a date each; answers that all of them share; how long, by the log's time, one with a date
   * is remembered that isn't used; and what dates are counted in.
   */
  sessionWindow: 4096,
  leastSessionWindow: 64,
  sessions: 50_000,
  undatedSessions: 50_000,
  sessionAnswers: 131_072,
  sessionIdleMs: 24 * 60 * 60 * 1000,
  sessionSpanEntries: 4096,
  /** Log bytes without a compaction after which an event warns, again at each doubling. */
  logGrowthBytes: 64 * MiB,
  /** Entries that one write to the log takes, unless one alone is larger; others wait for the next. */
  writeBytes: 1 * MiB,
  /** A write that takes longer is told of, also while it goes on. */
  slowDiskMs: 500,
  /** Events of messages that were refused, or dropped, each with how many there were. */
  noticesPerSecond: 100,
  /** Election timeouts for which a snapshot that has come in part is waited for, before a local one may take its place. */
  resumeTimeouts: 5,
  /** A budget that goes on to bind is told of so often at most. */
  budgetNoticeMs: 10_000,
  /** Election timeouts that a promotion that was asked for waits until the learner has caught up. */
  catchUpTimeouts: 10,
  /** Election timeouts after which a leader looks whether another is preferred; appends wait while it hands over. */
  preferenceTimeouts: 10,
  /** Election timeouts that a running member waits until it asks to be moved back to where it is. */
  moveTimeouts: 10,
  /** Election timeouts without a leader after which a member asks others for it, who may be looking for it elsewhere. */
  lostTimeouts: 3,
  /** Whoever has asked for a change of the roster, of whom is remembered what was the last: each life of a member is one. */
  changeAskers: 1024,
  /** Members of a cluster, learners too. */
  members: 64,
  /** Clients from outside that are connected to one member: further ones are refused. */
  clients: 512,
  /** What one client waits for: more is refused, by itself and by the member. */
  clientRequests: 4096,
  clientRequestBytes: 32 * MiB,
  /** What all clients of a member wait for together: half of what may wait there, so that its own callers have room. */
  allClientRequests: 50_000,
  allClientRequestBytes: 32 * MiB,
  /** Of what one waits for, logs that it follows and snapshots that it downloads. */
  clientStreams: 64,
  /** Messages of one such stream that are sent before the client has taken the first. */
  clientCredits: 2,
  /** What waits to be sent to a client that takes it slowly: streams wait from here on, and from there on it is cut off. */
  clientAheadBytes: 1 * MiB,
  clientBacklogBytes: 32 * MiB,
  /** Characters of an id, or of a session, that a client names an append by. */
  clientNameLength: 1024,
  /** How often a member shows a client that it is there, and after how much silence the client goes elsewhere. */
  clientBeatMs: 1000,
  clientSilenceMs: 4000,
  /** How long a client stays with a member that knows of no leader, where there are others. */
  clientLeaderlessMs: 3000,
  /** How long a client tries to connect to one member. */
  clientDialMs: 3000,
  /** A client's pause after it has tried all members that it knows: doubled from the least to the most, drawn from the upper half. */
  leastClientPauseMs: 50,
  mostClientPauseMs: 2000,
} as const
