export interface EnginePacket {
  type: string
  data?: unknown
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
