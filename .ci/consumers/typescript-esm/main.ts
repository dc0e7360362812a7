import assert from 'node:assert'
import { firstValueFrom, map, type Observable } from 'rxjs'
import { KayakError, start, type Compaction, type Entry, type Host, type HostEvent, type Options } from 'kayak'
import { chunk, decode, project } from 'kayak/streams'
import * as clock from 'kayak/plugins/clock'
import * as random from 'kayak/plugins/random'
import * as snapshotEncrypt from 'kayak/plugins/snapshot-encrypt'
import * as snapshotGzip from 'kayak/plugins/snapshot-gzip'
import * as storageMemory from 'kayak/plugins/storage-memory'
import * as storageNedb from 'kayak/plugins/storage-nedb'
import * as storageSegments from 'kayak/plugins/storage-segments'
import * as transportMemory from 'kayak/plugins/transport-memory'
import * as transportSocketio from 'kayak/plugins/transport-socketio'
import * as testing from 'kayak/testing'

interface Transfer {
  readonly from: string
  readonly amount: number
}

const options: Options<Transfer> = {
  dataDir: 'data',
  codec: {
    encode: transfer => new TextEncoder().encode(JSON.stringify(transfer)),
    decode: bytes => JSON.parse(new TextDecoder().decode(bytes)) as Transfer,
  },
}
await using host: Host<Transfer> = await start('127.0.0.1:0', options)
const amount$: Observable<number> = host.committed$.pipe(map((entry: Entry<Transfer>) => entry.payload.amount))
const amount = firstValueFrom(amount$)
await host.log.append({ from: 'alice', amount: 10 })
assert.strictEqual(await amount, 10)

host.events$.subscribe((event: HostEvent) => assert.ok(event.type))
host.compaction$.subscribe((compaction: Compaction) => assert.ok(compaction.index))
await assert.rejects(host.log.append({ from: 'bob', amount: 1 }, { timeoutMs: -1 }), (error: unknown) => {
  return error instanceof KayakError && error.code === 'KAYAK_INVALID'
})
assert.ok([chunk, decode, project, testing].every(door => door !== undefined))
const plugins = [
  clock,
  random,
  snapshotEncrypt,
  snapshotGzip,
  storageMemory,
  storageNedb,
  storageSegments,
  transportMemory,
  transportSocketio,
]
assert.ok(plugins.every(plugin => Object.keys(plugin).length > 0))
