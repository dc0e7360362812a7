import assert from 'node:assert'
import { createRequire } from 'node:module'
import { Observable } from 'rxjs'
import { KayakError, join, start } from 'kayak'
import { chunk, decode, everyBytes, everyEntries, project } from 'kayak/streams'
import * as clock from 'kayak/plugins/clock'
import * as testing from 'kayak/testing'

const require = createRequire(import.meta.url)
assert.strictEqual(require('kayak').KayakError, KayakError)
assert.strictEqual(require('kayak/streams').chunk, chunk)
for (const operator of [start, join, chunk, decode, everyBytes, everyEntries, project])
  assert.strictEqual(typeof operator, 'function')
assert.ok(Object.keys(clock).length > 0 && Object.keys(testing).length > 0)

const host = await start('127.0.0.1:0', { dataDir: 'data' })
try {
  assert.ok(host.committed$ instanceof Observable)
  assert.strictEqual((await host.log.append('hello, world')).payload, 'hello, world')
  await assert.rejects(host.log.compact(1000, []), error => error instanceof KayakError)
} finally {
  await host.stop()
}
