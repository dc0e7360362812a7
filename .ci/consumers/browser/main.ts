import { of, type Observable } from 'rxjs'
import { connect, type Client } from 'kayak/client'
import { chunk, fromIndex } from 'kayak/streams'

export const chunk$: Observable<Uint8Array> = of(new Uint8Array(10)).pipe(chunk(4))

export async function follow(token: string): Promise<Client> {
  const client = await connect(['127.0.0.1:10240'], { token })
  fromIndex(client).subscribe(({ payload }) => document.body.append(String(payload)))
  return client
}
