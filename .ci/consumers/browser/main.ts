import { of, type Observable } from 'rxjs'
import { chunk } from 'kayak/streams'

export const chunk$: Observable<Uint8Array> = of(new Uint8Array(10)).pipe(chunk(4))
