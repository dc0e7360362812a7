// Two plain tsc emits: CommonJS for Node, and ES modules of the browser-safe entry points.
const { execFileSync } = require('node:child_process')
const { rmSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

const root = join(__dirname, '..')
const tsc = require.resolve('typescript/bin/tsc')
rmSync(join(root, 'dist'), { recursive: true, force: true })
for (const project of ['tsconfig.build.json', 'tsconfig.esm.json'])
  execFileSync(process.execPath, [tsc, '-p', project], { cwd: root, stdio: 'inherit' })
writeFileSync(join(root, 'dist', 'esm', 'package.json'), '{ "type": "module", "sideEffects": false }\n')
