export interface EnginePacket {
  type: string
  data?: unknown
}

/** Bytes of what is in a packet, of text its characters. */
export function packetBytes({ data }: EnginePacket): number {
  if (typeof data === 'string') return data.length
  return data instanceof ArrayBuffer || ArrayBuffer.isView(data) ? data.byteLength : 0
}

/** engine.io's client would throw, out of reach, at an opening packet that isn't what it expects. */
export function isSound(packet: EnginePacket): boolean {
  if (packet.type !== 'open') return true
  try {
    const data: unknown = JSON.parse(String(packet.data))
    return typeof data === 'object' && data !== null && 'upgrades' in data && Array.isArray(data.upgrades)
  } catch {
    return false
  }
}
