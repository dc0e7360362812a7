// Two plain tsc emits side by side: CommonJS for Node, and ES modules of the browser-safe entry points. They go to a
// folder of their own and take the place of `dist` at the end, so that nobody meets a half-built one. A `dist` that was
// built from the very same files stays, but with `--anew`.
const { spawn } = require('node:child_process')
const { createHash } = require('node:crypto')
const { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs')
const { constants } = require('node:os')
const { join } = require('node:path')

const root = join(__dirname, '..')
const dist = join(root, 'dist')
const built = join(root, 'node_modules', '.cache', `kayak-build-${process.pid}`)
const stamp = 'built-from'
const rooms = ['lib', 'streams', 'plugins', 'examples']
const settings = ['tsconfig.json', 'tsconfig.build.json', 'tsconfig.esm.json', 'package.json', 'package-lock.json']
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

/** A hash of all that a build depends on. */
function sources() {
  const files = rooms.flatMap(room =>
    readdirSync(join(root, room), { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name)),
  )
  const hash = createHash('sha256')
  for (const file of [...files.sort(), ...settings.map(name => join(root, name)), __filename]) {
    hash.update(JSON.stringify([file.slice(root.length), readFileSync(file, 'base64')]))
  }
  return hash.digest('hex')
}

function isBuiltFrom(hash) {
  const file = join(dist, stamp)
  return existsSync(file) && readFileSync(file, 'utf8') === hash
}

async function build() {
  const hash = sources()
  if (isBuiltFrom(hash) && !process.argv.includes('--anew')) return
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, interrupt)
  mkdirSync(built, { recursive: true })
  const emits = [emit('tsconfig.build.json', built), emit('tsconfig.esm.json', join(built, 'esm'))]
  const failed = (await Promise.allSettled(emits)).find(({ status }) => status === 'rejected')
  if (failed !== undefined) throw failed.reason
  if (interruption !== undefined) throw new Error(`interrupted by ${interruption}`)
  writeFileSync(join(built, 'esm', 'package.json'), '{ "type": "module", "sideEffects": false }\n')
  writeFileSync(join(built, stamp), hash)
  rmSync(dist, { recursive: true, force: true })
  renameSync(built, dist)
}

build().catch(error => {
  rmSync(built, { recursive: true, force: true })
  if (interruption === undefined) console.error(error.message)
  process.exitCode = interruption === undefined ? 1 : 128 + constants.signals[interruption]
})
