/**
 * Bundles a TypeScript program of the tests and runs it: `node test/bundled.cjs test/simulation/main.ts WORDS…`.
 */
const { spawn } = require('node:child_process')
const { mkdirSync, mkdtempSync, rmSync } = require('node:fs')
const { join } = require('node:path')
const { build } = require('esbuild')

const ROOT = join(__dirname, '..')
/** Room for what lives shortly, which is most of what a simulation makes: it takes a seventh less time. */
const YOUNG = '--max-semi-space-size=64'

/** A folder in the project, so that packages are found from it, which is gone when the process ends. */
function temporaryFolder(name) {
  const cache = join(ROOT, 'node_modules', '.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, `kayak-${name}-`))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const bundle = (entryPoint, outfile, plugins = []) =>
  build({
    entryPoints: [entryPoint],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    tsconfig: join(ROOT, 'tsconfig.json'),
    packages: 'external',
    sourcemap: 'inline',
    plugins,
    logLevel: 'error',
  })

/** Runs a program of the tests with words, and ends as it does. */
async function run(entryPoint, words) {
  const file = join(temporaryFolder('bundled'), 'main.cjs')
  await bundle(join(ROOT, entryPoint), file)
  const child = spawn(process.execPath, [YOUNG, file, ...words], { cwd: ROOT, stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 130))
}

module.exports = { bundle, run, temporaryFolder }
if (require.main === module) {
  const [, , entryPoint, ...words] = process.argv
  run(entryPoint, words).catch(error => {
    console.error(error)
    process.exit(1)
  })
}
