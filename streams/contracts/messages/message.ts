import { Equals } from 'class-validator'

/** The only group for now; every message and record names it, so that one process can hold several later. */
export const GROUP = 0

/** What every message has. Its `type` tells the class. */
export abstract class GroupMessage {
  @Equals(GROUP) readonly group: number = GROUP
}
