import type { Entry, Host } from 'kayak'
import { T, watch, type World } from './world.js'

/**
 * A pair whose log ends with a duplicate: its leader has appended 'x' under the id 'x', was stopped before that could
 * commit, and gets the same again from the other member before the other has what it had on its disk.
 */
export async function withDuplicate(world: World): Promise<{ a: Host; b: Host; first: Entry }> {
  const [old, b] = await world.pair()
  world.network.cut(old.self.address, b.self.address)
  watch(old.log.append('x', { id: 'x' }))
  await world.pass(10)
  await world.stop(old)
  const again = watch(b.log.append('x', { id: 'x', timeoutMs: 60_000 }))
  await world.pass(T)
  world.disk('b').latencyMs = 10
  world.network.heal()
  const a = await world.start('a')
  await world.until(() => again.settled)
  const first = again.value
  if (first === undefined) throw new Error('It was not appended.')
  // what was left, the leader's own first entry, and the duplicate
  await world.until(() => b.log.committed >= first.index + 2)
  return { a, b, first }
}
