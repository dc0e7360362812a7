/**
 * Writes the golden files of this version anew: `node test/golden/write.cjs`. Read the difference before you commit it:
 * once this version is released its formats stay as they are, and what changes is of the next one.
 */
const { spawnSync } = require('node:child_process')
const { join } = require('node:path')

const ROOT = join(__dirname, '..', '..')
const { status } = spawnSync(process.execPath, [join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'), 'test/golden'], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, UPDATE: '1' },
})
process.exitCode = status ?? 1
