/** A member of a cluster. The id is random and made with the folder; it is never configured. */
export interface Member {
  /** 32 hexadecimal digits. */
  readonly id: string
  /** What others dial, `host:port`. */
  readonly address: string
}
