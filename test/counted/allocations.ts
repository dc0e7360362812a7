import { spawnSync } from 'node:child_process'
import { T, World } from '../host/world'
import { appendAll, slowDisk } from './callers'

/**
 * Room for all that is allocated, so that nothing is collected meanwhile. Optimised code would leave out what it can, sooner
 * or later; without it the count is the same each time.
 */
const FLAGS = ['--no-opt', '--min-semi-space-size=256', '--max-semi-space-size=256']

/** Prints what three members in one process allocate for so many appends, so many of them in flight, in bytes. */
async function measure(appends: number, inFlight: number): Promise<void> {
  const world = new World()
  for (const name of ['a', 'b', 'c']) slowDisk(world, name)
  const hosts = await world.trio()
  await world.pass(10 * T)
  await world.run(appendAll(hosts[0], appends, inFlight))
  const before = process.memoryUsage()
  await world.run(appendAll(hosts[0], appends, inFlight))
  const after = process.memoryUsage()
  const objects = after.heapUsed - before.heapUsed
  const buffers = after.arrayBuffers - before.arrayBuffers
  await world.stop(...hosts)
  console.log(JSON.stringify({ objects, buffers }))
}

const words = process.argv.slice(2)
const [appends, inFlight] = words.map(Number)
if (process.execArgv.includes('--no-opt')) void measure(appends ?? 1, inFlight ?? 1)
else spawnSync(process.execPath, [...FLAGS, __filename, ...words], { stdio: 'inherit' })
