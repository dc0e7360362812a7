/**
 * Runs the scenarios, and rewrites what they tell where that is asked for.
 *
 *   npm run scenarios                        compares all of them
 *   npm run scenarios -- figure-8            those with a word in their name
 *   npm run scenarios -- --update            rewrites what has changed: read the difference before you commit it
 */
const { spawnSync } = require('node:child_process')
const { readdirSync } = require('node:fs')
const { join } = require('node:path')

const ROOT = join(__dirname, '..', '..')
const asked = process.argv.slice(2)
const names = asked.filter(word => word !== '--update')
const only = names.length === 0 ? [] : ['-t', names.join('|')]
const stories = readdirSync(__dirname).filter(name => name.endsWith('.txt'))
const strange = names.find(word => !stories.some(name => name.includes(word)))
if (strange !== undefined) {
  console.error(`No scenario has '${strange}' in its name.`)
  process.exit(1)
}
const update = asked.includes('--update') ? { UPDATE: '1' } : {}
const { status } = spawnSync(
  process.execPath,
  [join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'), 'test/scenarios/scenarios', ...only],
  { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...update } },
)
process.exitCode = status ?? 1
