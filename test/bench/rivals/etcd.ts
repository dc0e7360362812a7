import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Measured } from '../figures'
import type { System } from '../systems'
import type { Workshop } from '../workshop'
import { freePorts } from './free-ports'
import { buildGo, GO, goPackage, missing } from './go'
import { askingLines } from './lines'
import { whenever } from './whenever'

const ETCD = '/usr/bin/etcd'
/** Ends etcd even where this program was killed. */
const SETPRIV = '/usr/bin/setpriv'
const PACKAGES = {
  'etcd-server': ETCD,
  'golang-go': GO,
  'golang-etcd-server-dev': goPackage('go.etcd.io/etcd/clientv3'),
}
const CALLS = { append: 'put', barrier: 'get' } as const
/** More than a run writes; by default etcd takes 2 GiB. */
const QUOTA_BYTES = 8 * 1024 ** 3

const url = (port: number | undefined): string => `http://127.0.0.1:${port ?? 0}`

/** The command lines of three members, and where they serve clients. */
async function plan(workshop: Workshop) {
  const ports = await freePorts(6)
  const names = ['one', 'two', 'three']
  const cluster = names.map((name, at) => `${name}=${url(ports[at])}`).join(',')
  const lines = names.map((name, at) => [
    ...['--name', name, '--data-dir', join(workshop.folder('etcd'), name)],
    ...['--listen-peer-urls', url(ports[at]), '--initial-advertise-peer-urls', url(ports[at])],
    ...['--listen-client-urls', url(ports[at + 3]), '--advertise-client-urls', url(ports[at + 3])],
    ...['--initial-cluster', cluster, '--initial-cluster-state', 'new', '--quota-backend-bytes', `${QUOTA_BYTES}`],
    ...['--logger', 'zap', '--log-level', 'error'],
  ])
  return { lines, endpoints: ports.slice(3).map(url) }
}

function spawnEtcd(workshop: Workshop, words: readonly string[]) {
  if (!existsSync(SETPRIV)) return workshop.spawn(ETCD, words, 'silent')
  return workshop.spawn(SETPRIV, ['--pdeathsig', 'KILL', ETCD, ...words], 'silent')
}

/** Three members of etcd; puts, and for barriers linearizable gets, of a client in its own process at the leader. */
export async function etcd(): Promise<System | string> {
  const why = missing(PACKAGES)
  if (why !== undefined) return why
  const program = await buildGo('etcd')
  return {
    name: 'etcd',
    from: ['leader'],
    async open(workshop) {
      const { lines, endpoints } = await plan(workshop)
      const children = lines.map(words => spawnEtcd(workshop, words))
      const client = workshop.spawn(program, endpoints)
      const ask = askingLines(client)
      const leader = async () => (await ask({ call: 'leader' })) || undefined
      await whenever(leader)
      return {
        async run(call, _from, load) {
          const peers = [(await whenever(leader)) as string]
          return (await ask({ call: CALLS[call], peers, ...load })) as Measured
        },
        close: async () => {
          await Promise.all([client, ...children].map(child => workshop.end(child)))
        },
      }
    },
  }
}
