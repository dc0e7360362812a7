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
  chat: {
    line: 'a chat in the terminal, each who takes part a process; without a terminal three talk by themselves',
    load: () => import('./chat/index.js'),
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
