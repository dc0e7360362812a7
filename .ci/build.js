// Two plain tsc emits side by side: CommonJS for Node, and ES modules of the browser-safe entry points. They go to a
// folder of their own and take the place of `dist` at the end, so that nobody meets a half-built one.
const { spawn } = require('node:child_process')
const { mkdirSync, renameSync, rmSync, writeFileSync } = require('node:fs')
const { constants } = require('node:os')
const { join } = require('node:path')

const root = join(__dirname, '..')
const dist = join(root, 'dist')
const built = join(root, 'node_modules', '.cache', `kayak-build-${process.pid}`)
const tsc = require.resolve('typescript/bin/tsc')
const children = new Set()
let interruption

const emit = (project, outDir) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [tsc, '-p', project, '--outDir', outDir], { cwd: root, stdio: 'inherit' })
    children.add(child)
    child.on('error', reject)
    child.on('exit', code => (code === 0 ? resolve() : reject(new Error(`tsc -p ${project} failed`))))
  })

/** Ends what is under way, whose failure then ends the build. */
function interrupt(signal) {
  interruption = signal
  for (const child of children) child.kill(signal)
}

async function build() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, interrupt)
  mkdirSync(built, { recursive: true })
  const emits = [emit('tsconfig.build.json', built), emit('tsconfig.esm.json', join(built, 'esm'))]
  const failed = (await Promise.allSettled(emits)).find(({ status }) => status === 'rejected')
  if (failed !== undefined) throw failed.reason
  if (interruption !== undefined) throw new Error(`interrupted by ${interruption}`)
  writeFileSync(join(built, 'esm', 'package.json'), '{ "type": "module", "sideEffects": false }\n')
  rmSync(dist, { recursive: true, force: true })
  renameSync(built, dist)
}

build().catch(error => {
  rmSync(built, { recursive: true, force: true })
  if (interruption === undefined) console.error(error.message)
  process.exitCode = interruption === undefined ? 1 : 128 + constants.signals[interruption]
})
