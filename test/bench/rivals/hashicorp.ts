import type { Measured } from '../figures'
import type { System } from '../systems'
import { buildGo, GO, goPackage, missing } from './go'
import { askingLines } from './lines'
import { whenever } from './whenever'

const PACKAGES = {
  'golang-go': GO,
  'golang-github-hashicorp-raft-dev': goPackage('github.com/hashicorp/raft'),
  'golang-github-hashicorp-raft-boltdb-dev': goPackage('github.com/hashicorp/raft-boltdb'),
}
const CALLS = { append: 'apply', barrier: 'verify' } as const

/** Three members of hashicorp/raft on BoltDB; applies, and for barriers its cheaper `VerifyLeader`, at the leader. */
export async function hashicorp(): Promise<System | string> {
  const why = missing(PACKAGES)
  if (why !== undefined) return why
  const program = await buildGo('hashicorp')
  return {
    name: 'hashicorp',
    from: ['leader'],
    async open(workshop) {
      const children = Array.from({ length: 3 }, () => workshop.spawn(program, [workshop.folder('hashicorp')]))
      const asks = children.map(askingLines)
      // each tells where it listens
      const peers = (await Promise.all(asks.map(ask => ask({ call: 'address' })))) as string[]
      await Promise.all(asks.map(ask => ask({ call: 'found', peers })))
      const leader = async () => {
        for (const ask of asks) if ((await ask({ call: 'leads' })) === true) return ask
        return undefined
      }
      await whenever(leader)
      return {
        async run(call, _from, load) {
          const ask = await whenever(leader)
          return (await ask({ call: CALLS[call], ...load })) as Measured
        },
        close: async () => {
          await Promise.all(children.map(child => workshop.end(child, 'gently')))
        },
      }
    },
  }
}
