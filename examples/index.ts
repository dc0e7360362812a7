/**
 * Runs an example by its name: `npm run example NAME`. Without a name it lists them, a line each, the name first.
 */
interface Example {
  /** What it shows, in a line. */
  readonly line: string
  readonly load: () => Promise<{ run(args: readonly string[]): Promise<number> | number }>
}

const EXAMPLES: Readonly<Record<string, Example>> = {
  'main-job': {
    line: 'three processes, one log: the leader is killed with SIGKILL, and each member compared with a text',
    load: () => import('./main-job/index.js'),
  },
  kv: {
    line: 'a key-value store over HTTP: compare and set, linearizable and stale reads, watches from any version on',
    load: () => import('./kv/index.js'),
  },
  lock: {
    line: 'a distributed lock with fencing tokens, and work that is done on whoever leads',
    load: () => import('./lock/index.js'),
  },
  jobs: {
    line: 'a job queue with leases: workers that are lost in the middle, and effects that are there once all the same',
    load: () => import('./jobs/index.js'),
  },
  bank: {
    line: 'accounts with projections, transfers exactly once, and snapshots that are packed, encrypted and compacted to',
    load: () => import('./bank/index.js'),
  },
  chat: {
    line: 'a chat in the terminal, each who takes part a process; without a terminal three talk by themselves',
    load: () => import('./chat/index.js'),
  },
  flags: {
    line: 'feature flags: a web page is a client of the cluster, and shows each switch as it commits',
    load: () => import('./flags/index.js'),
  },
  fastify: {
    line: 'a Fastify service with kayak inside: readiness, and a graceful shutdown in which no request is lost',
    load: () => import('./fastify/index.js'),
  },
  'own-storage': {
    line: 'a storage on LevelDB and a transport over TCP, held against their test kits, and a cluster on both',
    load: () => import('./own-storage/index.js'),
  },
  'own-machine': {
    line: 'a state machine of your own with a bug, which the simulator finds, makes small and draws',
    load: () => import('./own-machine/index.js'),
  },
}

function list(): string {
  const width = Math.max(...Object.keys(EXAMPLES).map(name => name.length))
  return Object.entries(EXAMPLES)
    .map(([name, { line }]) => `${name.padEnd(width)}  ${line}`)
    .join('\n')
}

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined) {
    console.log(list())
    return 0
  }
  const example = Object.hasOwn(EXAMPLES, name) ? EXAMPLES[name] : undefined
  if (example !== undefined) return (await example.load()).run(args)
  console.error(`There is no example '${name}'. There are:\n${list()}`)
  return 2
}

// nothing that an example leaves running is ended here: it would show by not ending
main(process.argv.slice(2)).then(
  status => (process.exitCode = status),
  (error: unknown) => {
    console.error(error)
    process.exitCode = 1
  },
)
