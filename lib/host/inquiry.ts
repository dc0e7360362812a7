import { message, ReadIndex } from '../../streams/contracts/messages/index.js'

/** A message that asks for nothing that anyone waits for: sending it makes the transport introduce the two. */
export const inquiry = (memberId: string): ReadIndex => message(ReadIndex, { id: `meet-${memberId}` })
