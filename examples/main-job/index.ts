/**
 * The main job: grows a cluster of three processes, pipes the lines of a file through it while its leader is killed,
 * and compares what each member holds with the file.
 *
 *   npm start                  appends voyage.txt, which lies beside this file
 *   npm start -- FILE          appends the lines of FILE
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { constants, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Crew, Refusal } from './crew.js'
import { Complaint, readLines } from './input.js'
import { bold, clearStatus, green, red, say } from './paint.js'
import { Story } from './story.js'

const PATIENCE_MS = 3000
const ABORTED = 2

/** Where the package is, also when this runs as compiled JavaScript in `dist`. */
const defaultFile = (): string =>
  join(dirname(require.resolve('kayak/package.json')), 'examples', 'main-job', 'voyage.txt')

class Interruption extends Error {
  constructor(readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP') {
    super(`Stopped by ${signal}.`)
  }
}

let isStopping = false

/** Rejects at the first signal; Ctrl-C again ends every process at once. */
function interrupted(crew: Crew): Promise<never> {
  return new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => {
        if (isStopping) crew.kill()
        reject(new Interruption(signal))
      })
    // whoever read the output has gone: there is nobody left to tell
    process.stdout.on('error', () => reject(new Interruption('SIGHUP')))
  })
}

async function play(file: string): Promise<number> {
  const begun = performance.now()
  const lines = await readLines(file)
  const folder = await mkdtemp(join(tmpdir(), 'kayak-main-job-'))
  const crew = new Crew(folder, folder)
  const story = new Story(crew, lines)
  try {
    say(`${lines.length} lines of ${file}; the members' folders are in ${folder}`)
    const found = await Promise.race([story.run(), story.failed, interrupted(crew)])
    clearStatus()
    const seconds = ((performance.now() - begun) / 1000).toFixed(1)
    say()
    for (const difference of found.differences) say(red(`  ${difference}`))
    if (found.differences.length > 0) return 1
    say(green(bold(found.verdict)))
    say(`in ${seconds} s, besides the build`)
    return 0
  } finally {
    isStopping = true
    await crew.dismiss(PATIENCE_MS)
    await rm(folder, { recursive: true, force: true })
  }
}

async function main([file = defaultFile(), ...more]: readonly string[]): Promise<number> {
  if (more.length > 0) throw new Complaint('One file at a time: npm start -- FILE')
  return play(file)
}

function explain(error: unknown): number {
  clearStatus()
  if (error instanceof Interruption) {
    if (!process.stdout.destroyed) say(`\n${error.message} The members are stopped and their folders removed.`)
    return 128 + constants.signals[error.signal]
  }
  const isPlain = error instanceof Complaint || error instanceof Refusal
  process.stderr.write(`${red(isPlain ? error.message : String(error instanceof Error ? error.stack : error))}\n`)
  return ABORTED
}

export const run = (args: readonly string[]): Promise<number> => main(args).catch(explain)
