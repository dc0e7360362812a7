import { IsTerm } from '../fields.js'
import { GroupMessage } from '../messages/message.js'

/** What has to do with one request: its client numbers them as it likes, each differently while it is under way. */
export abstract class RequestMessage extends GroupMessage {
  @IsTerm() declare readonly id: number
}
