import type { System } from '../systems'
import { etcd } from './etcd'
import { hashicorp } from './hashicorp'
import { zmqRaft } from './zmq-raft'

/** Those that can be measured here; of the others it says why not. */
export async function rivals(say: (line: string) => void): Promise<readonly System[]> {
  const found: System[] = []
  for (const [name, make] of Object.entries({ etcd, hashicorp, 'zmq-raft': zmqRaft })) {
    const system = await make()
    if (typeof system === 'string') say(`${name} is left out: it ${system}`)
    else found.push(system)
  }
  return found
}
