import { Equals } from 'class-validator'
import { IsBytes, IsCount, IsTerm } from '../fields.js'
import { LIMITS } from '../limits.js'
import { MAX_MESSAGE_BYTES } from '../transport.js'
import { RequestMessage } from './request.js'

/*
 * A request that is answered by a stream of messages. So many are sent ahead as `LIMITS.clientCredits` says, then one for
 * each `more`: the member reads on only as the client takes what there is.
 */

/** Asks for what has committed from an index on, and for what commits. */
export class ClientFollow extends RequestMessage {
  @Equals('follow') readonly type = 'follow'
  @IsTerm() declare readonly from: number
}

/** A batch of entries without the names that they were appended under; what follows is from `next` on. */
export class ClientEntries extends RequestMessage {
  @Equals('entries') readonly type = 'entries'
  @IsBytes(MAX_MESSAGE_BYTES) declare readonly entries: Uint8Array
  @IsTerm() declare readonly next: number
}

/** Asks for the bytes of one snapshot, from an offset on. */
export class ClientDownload extends RequestMessage {
  @Equals('download') readonly type = 'download'
  @IsTerm() declare readonly index: number
  @IsCount() declare readonly checksum: number
  @IsCount() declare readonly offset: number
}

export class ClientChunk extends RequestMessage {
  @Equals('chunk') readonly type = 'chunk'
  @IsBytes(LIMITS.snapshotChunkBytes) declare readonly data: Uint8Array
}

/** The client has taken one more message of a stream. */
export class ClientMore extends RequestMessage {
  @Equals('more') readonly type = 'more'
}

/** The client doesn't want an answer any more. */
export class ClientCancel extends RequestMessage {
  @Equals('cancel') readonly type = 'cancel'
}

/** A stream has come to its end. */
export class ClientEnded extends RequestMessage {
  @Equals('ended') readonly type = 'ended'
}
