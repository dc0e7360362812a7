import type { Host } from 'kayak'
import type { World } from '../host/world'

/** The size of what is appended. */
export const BYTES = 1024

/** Has so many callers append, each again as soon as it was answered. */
export async function appendAll(host: Host, appends: number, inFlight: number): Promise<void> {
  let left = appends
  const caller = async (): Promise<void> => {
    while (left-- > 0) await host.log.append(new Uint8Array(BYTES))
  }
  await Promise.all(Array.from({ length: inFlight }, caller))
}

/** Makes a disk take time, so that a batch takes in what comes while another is written. */
export function slowDisk(world: World, name: string): void {
  world.disk(name).latencyMs = 0.2
}
