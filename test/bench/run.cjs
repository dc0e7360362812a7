/** Builds the package if it is older than its sources, and runs the benchmark: `node test/bench/run.cjs --quick`. */
const { spawnSync } = require('node:child_process')
const { readdirSync, statSync } = require('node:fs')
const { join } = require('node:path')
const { run } = require('../bundled.cjs')

const ROOT = join(__dirname, '..', '..')
const SOURCES = ['lib', 'streams', 'plugins', 'package.json', 'tsconfig.json']

function newest(path) {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(stat.mtimeMs, ...readdirSync(path).map(name => newest(join(path, name))))
}

function isBuilt() {
  const built = statSync(join(ROOT, 'dist', 'lib', 'index.js'), { throwIfNoEntry: false })
  return built !== undefined && SOURCES.every(name => newest(join(ROOT, name)) < built.mtimeMs)
}

if (!isBuilt()) {
  const { status } = spawnSync(process.execPath, [join(ROOT, '.ci', 'build.js')], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
run('test/bench/main.ts', process.argv.slice(2)).catch(error => {
  console.error(error)
  process.exit(1)
})
