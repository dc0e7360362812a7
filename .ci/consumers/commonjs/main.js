const assert = require('node:assert')
const { Observable } = require('rxjs')
const kayak = require('kayak')
const streams = require('kayak/streams')
const testing = require('kayak/testing')
const clock = require('kayak/plugins/clock')

const names = module => Object.keys(module).filter(name => name !== 'default' && name !== 'module.exports')

async function main() {
  assert.strictEqual(kayak.KayakError, (await import('kayak')).KayakError)
  for (const [required, imported] of [
    [kayak, await import('kayak')],
    [streams, await import('kayak/streams')],
    [testing, await import('kayak/testing')],
    [clock, await import('kayak/plugins/clock')],
  ])
    for (const name of names(required)) assert.strictEqual(required[name], imported[name], name)

  assert.throws(() => require('kayak/dist/lib/index.js'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' })
  await assert.rejects(kayak.start('nowhere at all', { dataDir: 'data' }), error => error instanceof kayak.KayakError)

  const host = await kayak.start('127.0.0.1:0', { dataDir: 'data' })
  try {
    assert.ok(host.committed$ instanceof Observable)
    assert.strictEqual((await host.log.append('hello, world')).payload, 'hello, world')
  } finally {
    await host.stop()
  }
}

main()
