import { type Host } from 'kayak'
import { bytesOf, World } from './world.js'

export const text = (...lines: string[]): Uint8Array[] => lines.map(line => Buffer.from(line))

/** A host whose log has three entries, and up to where it may be compacted. */
export async function founded(): Promise<{ world: World; host: Host; until: number }> {
  const world = new World()
  const host = await world.start('a')
  for (let i = 0; i < 3; i++) await world.run(host.log.append(`entry ${i}`))
  return { world, host, until: host.log.committed }
}

/** What a host's newest snapshot holds, as text. */
export async function held(world: World, host: Host): Promise<string | undefined> {
  const snapshot = await world.run(host.log.snapshot())
  return snapshot && (await bytesOf(world, snapshot.chunks$)).toString()
}
