import type { Connection, PeerName } from './connection.js'
import { BOUNDS } from './settings.js'

/** Who is connected, over connections of both directions. */
export class Peers {
  readonly #connections = new Map<string, Set<Connection>>()
  readonly #accepted = new Map<string, Connection[]>()

  /** Whether it is the first of its peer. */
  add(connection: Connection): boolean {
    const { id } = connection.peer
    const all = this.#connections.get(id) ?? new Set()
    this.#connections.set(id, all.add(connection))
    return all.size === 1
  }

  /** Whether it was the last of its peer. */
  remove(connection: Connection): boolean {
    const { id } = connection.peer
    const accepted = this.#accepted.get(id)?.filter(other => other !== connection) ?? []
    if (accepted.length > 0) this.#accepted.set(id, accepted)
    else this.#accepted.delete(id)
    const all = this.#connections.get(id)
    if (all === undefined || !all.delete(connection) || all.size > 0) return false
    this.#connections.delete(id)
    return true
  }

  /** Notes a connection that the peer has made; of too many the oldest is closed. */
  accept(connection: Connection): void {
    const { id } = connection.peer
    const accepted = [...(this.#accepted.get(id) ?? []), connection]
    if (accepted.length > BOUNDS.connectionsOfPeer) accepted.shift()?.destroy()
    this.#accepted.set(id, accepted)
  }

  /**
   * The newest connection that a member has made to this one. Sending goes by it rather than by one that was dialled,
   * because a WebSocket client masks every byte that it sends and a server doesn't.
   */
  accepted(id: string | undefined): Connection | undefined {
    return id === undefined ? undefined : this.#accepted.get(id)?.at(-1)
  }

  /** The newest connection with a member, whoever has made it, and to whichever address. */
  any(id: string | undefined): Connection | undefined {
    return id === undefined ? undefined : [...(this.#connections.get(id) ?? [])].at(-1)
  }

  isUp({ id }: PeerName): boolean {
    return this.#connections.has(id)
  }
}
