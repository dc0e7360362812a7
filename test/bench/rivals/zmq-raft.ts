import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { answering, Asker } from '../asking'
import { closedLoop, type Load } from '../closed-loop'
import type { Measured } from '../figures'
import { payloads } from '../payloads'
import type { System } from '../systems'
import type { Workshop } from '../workshop'
import { freePorts } from './free-ports'

/** Where install.sh puts it. */
const FOLDER = join('node_modules', '.cache', 'kayak-rivals', 'npm')
const MOST_MS = 30_000

interface Peer {
  readonly id: string
  readonly url: string
}

/** What is used of the package. */
interface ZmqRaft {
  readonly server: { readonly builder: { build(config: object): Promise<unknown> } }
  readonly client: { readonly ZmqRaftClient: new (urls: readonly string[]) => Client }
  readonly utils: { readonly id: { genIdent(): string } }
}

interface Client {
  requestUpdate(id: string, data: Buffer, timeoutMs: number): Promise<number>
}

interface ZmqQuestions {
  serve: [
    { readonly self: Peer; readonly peers: readonly Peer[]; readonly publish: string; readonly dir: string },
    undefined,
  ]
  append: [Load & { readonly bytes: number; readonly peers: readonly Peer[] }, Measured]
}

type ZmqProcess = Asker<ZmqQuestions>

// what the package exports, as far as it is used
const load = (): ZmqRaft => createRequire(join(process.cwd(), FOLDER, 'package.json'))('zmq-raft') as ZmqRaft

/** A process that serves as a member, or calls as a client. */
export function zmqRaftProcess(): void {
  const { server, client, utils } = load()
  answering<ZmqQuestions>({
    serve: async ({ self, peers, publish, dir }) => {
      await server.builder.build({ id: self.id, peers, data: { path: dir }, broadcast: { url: publish } })
      return undefined
    },
    append: ({ bytes, peers, ...times }) => {
      const asking = new client.ZmqRaftClient(peers.map(({ url }) => url))
      const next = payloads(bytes)
      return closedLoop(() => asking.requestUpdate(utils.id.genIdent(), Buffer.from(next()), MOST_MS), times)
    },
  })
}

async function open(workshop: Workshop) {
  const ports = await freePorts(6)
  const url = (at: number): string => `tcp://127.0.0.1:${ports[at] ?? 0}`
  const peers = ['one', 'two', 'three'].map((id, at) => ({ id, url: url(at) }))
  const processes = Array.from({ length: 4 }, () => new Asker<ZmqQuestions>(workshop.fork('zmq-raft')))
  const [client, ...members] = processes as [ZmqProcess, ...ZmqProcess[]]
  const serve = (self: Peer, at: number): Promise<undefined> =>
    members[at]?.ask('serve', { self, peers, publish: url(at + 3), dir: workshop.folder(`zmq-${self.id}`) }) ??
    Promise.resolve(undefined)
  await Promise.all(peers.map(serve))
  return {
    run: (_call: unknown, _from: unknown, load: Load & { readonly bytes: number }) =>
      client.ask('append', { ...load, peers }),
    close: async () => {
      await Promise.all(processes.map(({ child }) => workshop.end(child)))
    },
  }
}

/** Three members of zmq-raft, with its default settings; updates of a client in its own process. It has no barriers. */
export async function zmqRaft(): Promise<System | string> {
  if (!existsSync(join(FOLDER, 'node_modules', 'zmq-raft'))) return 'needs the package: test/bench/rivals/install.sh'
  return { name: 'zmq-raft', from: ['leader'], calls: ['append'], open }
}
