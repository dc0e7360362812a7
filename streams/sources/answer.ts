/** How an append was answered: where it stands in the log and when. */
export interface Answer {
  readonly index: number
  readonly term: number
  readonly time: number
  /** What was appended first under this id, where it is at hand. */
  readonly payload?: Uint8Array
}
