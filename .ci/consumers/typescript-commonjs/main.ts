import assert = require('node:assert')
import { take } from 'rxjs'
import kayak = require('kayak')
import { chunk } from 'kayak/streams'
import * as clock from 'kayak/plugins/clock'
import * as testing from 'kayak/testing'

async function main(): Promise<void> {
  const host: kayak.Host = await kayak.start('127.0.0.1:0', { dataDir: 'data' })
  try {
    const seen: kayak.Payload[] = []
    host.committed$.pipe(take(1)).subscribe(entry => seen.push(entry.payload))
    const entry: kayak.Entry = await host.log.append('hello, world', { timeoutMs: 5000 })
    assert.deepStrictEqual(seen, [entry.payload])
  } finally {
    await host.stop()
  }
  assert.ok([chunk, clock, testing].every(door => door !== undefined))
}

void main()
