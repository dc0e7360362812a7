/** A member of a cluster. The id is random and made with the folder; it is never configured. */
export interface Member {
  readonly id: string
  readonly address: string
}
