import { from, type OperatorFunction } from 'rxjs'
import { decrypt, encrypt } from 'kayak/plugins/snapshot-encrypt'
import { gunzip, gzip } from 'kayak/plugins/snapshot-gzip'
import { checksum, chunk, fromRows, verifyChecksum } from 'kayak/streams'

const key = new Uint8Array(32)
const stages: readonly (readonly [string, OperatorFunction<Uint8Array, unknown>])[] = [
  ['chunk', chunk(10)],
  ['checksum', checksum()],
  ['verifyChecksum', verifyChecksum()],
  ['fromRows', fromRows()],
  ['gzip', gzip()],
  ['gunzip', gunzip()],
  ['encrypt', encrypt({ id: 'a', key })],
  ['decrypt', decrypt(() => key)],
]

describe.each(stages)('%s', (_, stage) => {
  it.each([['text'], [5], [null], [undefined], [{ byteLength: 3 }]])('refuses %p, which is no bytes', async what => {
    // as who calls from JavaScript, or casts
    const ended = new Promise((resolve, reject) => {
      from([what as unknown as Uint8Array])
        .pipe(stage)
        .subscribe({ complete: () => resolve('complete'), error: reject })
    })
    await expect(ended).rejects.toMatchObject({ code: 'KAYAK_INVALID' })
  })
})
