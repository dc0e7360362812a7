import { of } from 'rxjs'
import { chunk } from 'kayak/streams'

const sizes = []
of(new Uint8Array(10))
  .pipe(chunk(4))
  .subscribe(part => sizes.push(part.byteLength))
if (sizes.join() !== '4,4,2') throw new Error(`chunks of ${sizes.join()} bytes`)
