/**
 * Builds what hunts once for each deliberate bug, and counts the seeds until it is noticed.
 *
 *   npm run test:mutations              all of them, up to 1,000 seeds each
 *   npm run test:mutations -- barrier   those with a word in their name
 *   npm run test:mutations -- storage   those for NeDB's storage alone, `segments` for that of segments, and `crashes`
 *                                       those for crashes at each call
 */
const { execFile } = require('node:child_process')
const { readFileSync } = require('node:fs')
const { availableParallelism } = require('node:os')
const { join, relative } = require('node:path')
const { bundle, temporaryFolder } = require('../bundled.cjs')
const mutations = [
  ...require('./mutations.cjs'),
  ...require('./storage-mutations.cjs'),
  ...require('./segment-mutations.cjs'),
]

const ROOT = join(__dirname, '..', '..')
const SEEDS = 1000
/** What notices a bug: whole clusters unless it says otherwise. */
const HUNTS = {
  cluster: 'hunt.ts',
  leases: 'hunt-leases.ts',
  owners: 'hunt-owners.ts',
  roster: 'hunt-roster.ts',
  crashes: 'hunt-crashes.ts',
  storage: 'hunt-storage.ts',
  segments: 'hunt-segments.ts',
}
/** What is no bug, and must not be noticed. */
const asItIs = Object.keys(HUNTS).map(hunt => ({ name: `kayak as it is, by ${hunt}`, hunt }))

/** The source with the bug in it; that its place is there exactly once is half of the test. */
function mutated({ name, file, find, replace }) {
  const source = readFileSync(join(ROOT, file), 'utf8')
  const [before, after, ...more] = source.split(find)
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`'${name}': its place occurs ${String(source.split(find).length - 1)} times in ${file}`)
  return before + replace + after
}

const plugin = mutation => ({
  name: 'mutation',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const isMutated = mutation.file !== undefined && relative(ROOT, path) === mutation.file
      return { contents: isMutated ? mutated(mutation) : readFileSync(path, 'utf8'), loader: 'ts' }
    }),
})

const run = (file, seeds) =>
  new Promise((resolve, reject) =>
    execFile(process.execPath, [file, String(seeds)], { cwd: ROOT, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      try {
        resolve(JSON.parse(stdout))
      } catch {
        reject(new Error(stderr || String(error)))
      }
    }),
  )

async function hunt(mutation, folder, at) {
  const file = join(folder, `hunt-${String(at)}.cjs`)
  await bundle(join(__dirname, HUNTS[mutation.hunt ?? 'cluster']), file, [plugin(mutation)])
  const { name } = mutation
  const isBug = mutation.file !== undefined
  const { seed, failure, ms } = await run(file, isBug ? SEEDS : 20)
  const isRight = isBug === (seed !== undefined)
  const found = seed === undefined ? 'not noticed' : `seed ${String(seed)}: ${failure.slice(0, 110)}`
  console.log(`${isRight ? 'ok     ' : 'NOT OK '} ${name} (${(ms / 1000).toFixed(1)} s): ${found}`)
  return isRight
}

async function main([word = '']) {
  const folder = temporaryFolder('mutations')
  const isMeant = ({ name, hunt }) => hunt === word || name.includes(word)
  const waiting = [...asItIs, ...mutations].filter(isMeant).entries()
  const results = []
  if (![...asItIs, ...mutations].some(isMeant)) throw new Error(`No deliberate bug has '${word}' in its name.`)
  const work = async () => {
    for (const [at, mutation] of waiting) results.push(await hunt(mutation, folder, at))
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  const right = results.filter(isRight => isRight).length
  console.log(`${String(right)} of ${String(results.length)} as they should be`)
  process.exitCode = right === results.length ? 0 : 1
}

main(process.argv.slice(2)).catch(error => {
  console.error(error)
  process.exitCode = 1
})
