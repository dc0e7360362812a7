// The packed tarball as a stranger gets it: linted, then installed into an empty project of each kind and run there.
// With a file name as its argument, writes how many checks passed and failed into that file.
const { spawnSync } = require('node:child_process')
const { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { dirname, join } = require('node:path')
const { gzipSync } = require('node:zlib')

const root = join(__dirname, '..')
const { devDependencies, exports: doors } = require('../package.json')
const scratch = mkdtempSync(join(tmpdir(), 'kayak-package-'))
const counts = { passed: 0, failed: 0 }
const tool = path => join(root, 'node_modules', path)
const consumers = join(__dirname, 'consumers')
let tarball = ''

function run(command, args, cwd) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 300_000 })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${error ?? ''}${stdout}${stderr}`)
  return stdout
}
const node = (args, cwd) => run(process.execPath, args, cwd)
const tsc = (cwd, ...args) => node([tool('typescript/bin/tsc'), ...args], cwd)

function expect(condition, otherwise) {
  if (!condition) throw new Error(otherwise)
}

function check(name, body) {
  try {
    body()
    counts.passed++
    console.log(`ok      ${name}`)
  } catch (error) {
    counts.failed++
    const lines = error.message.split('\n').map(line => `        ${line.slice(0, 200)}`)
    console.log([`FAILED  ${name}`, ...lines].join('\n'))
  }
}

/** An empty project with the tarball and some packages installed, and the consumer's programs of that kind in it. */
function project(kind, type, packages) {
  const folder = join(scratch, kind)
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: kind, private: true, type }))
  for (const file of readdirSync(join(consumers, kind)))
    writeFileSync(join(folder, file), readFileSync(join(consumers, kind, file)))
  const wanted = packages.map(name => `${name}@${devDependencies[name]}`)
  run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball, ...wanted], folder)
  return folder
}

check('npm pack', () => {
  run('npm', ['pack', '--pack-destination', scratch], root)
  const packed = readdirSync(scratch).filter(file => file.endsWith('.tgz'))
  expect(packed.length === 1, `packed ${packed.join(', ') || 'nothing'}`)
  tarball = join(scratch, packed[0])
})

check('it holds what it should and nothing else', () => {
  const files = run('tar', ['-tzf', tarball], scratch).trim().split('\n')
  const expected =
    /^package\/(dist\/(lib|streams|plugins|esm)\/.*\.(js|d\.ts|json)|(README|CHANGELOG)\.md|LICENSE|package\.json)$/
  const strange = files.filter(file => !expected.test(file))
  expect(strange.length === 0, `not expected: ${strange.join(', ')}`)
  for (const file of ['README.md', 'LICENSE', 'CHANGELOG.md', 'dist/lib/index.js', 'dist/lib/index.d.ts'])
    expect(files.includes(`package/${file}`), `${file} is missing`)
})

check('publint', () => node([tool('publint/src/cli.js'), 'run', tarball, '--strict'], root))

check('are the types wrong', () => {
  // a folder without an index is what plugins share, and no door
  const isDoor = name => existsSync(join(root, 'dist', 'plugins', name, 'index.js'))
  const plugins = readdirSync(join(root, 'dist', 'plugins'))
    .filter(isDoor)
    .map(name => `plugins/${name}`)
  const entries = [...Object.keys(doors).filter(door => !door.includes('*') && !door.endsWith('.json')), ...plugins]
  const attw = tool('@arethetypeswrong/cli/dist/index.js')
  node([attw, tarball, '--profile', 'node16', '--no-emoji', '--entrypoints', ...entries], root)
})

check('CommonJS: requires, one class by require and import', () => {
  node(['main.js'], project('commonjs', 'commonjs', ['rxjs']))
})

check('ES modules: imports by name, one class by import and require', () => {
  node(['main.js'], project('esm', 'module', ['rxjs']))
})

for (const [kind, type] of [
  ['typescript-commonjs', 'commonjs'],
  ['typescript-esm', 'module'],
])
  check(`${kind}: type-checks with skipLibCheck false, compiles and runs`, () => {
    const folder = project(kind, type, ['rxjs', '@types/node'])
    tsc(folder, '-p', '.')
    node(['main.js'], folder)
  })

/** Bundles a program as a browser would get it, and says which files are in it. Whatever needs Node fails it. */
function bundle(folder, program, outfile, minify = false) {
  const { metafile } = require('esbuild').buildSync({
    absWorkingDir: folder,
    entryPoints: [program],
    outfile,
    bundle: true,
    minify,
    metafile: true,
    platform: 'browser',
    format: 'esm',
    logLevel: 'silent',
  })
  return Object.keys(metafile.inputs)
}

check('a bundle of kayak/streams for browsers holds no Node module and no plugin', () => {
  const folder = project('browser', 'module', ['rxjs'])
  const inputs = bundle(folder, 'main.js', 'bundle.js')
  expect(
    inputs.some(file => file.includes('kayak/dist/esm/')),
    'the ES modules are not used',
  )
  const strange = inputs.filter(file => /kayak\/dist\/(lib|plugins|streams)\/|socket\.io|nedb/.test(file))
  expect(strange.length === 0, `bundled: ${strange.join(', ')}`)
  node(['--input-type=module', '--eval', "await import('./bundle.js')"], folder)
})

/** What a page pays for a client, packed: with RxJS, socket.io's client and class-validator. Raise it with a reason. */
const LARGEST_CLIENT_BYTES = 48 * 1024

check('a bundle of kayak/client for browsers holds nothing of Node or of members, and is small', () => {
  const folder = join(scratch, 'browser')
  const inputs = bundle(folder, 'client.js', 'client-bundle.js', true)
  const strange = inputs.filter(file =>
    /kayak\/dist\/(lib|plugins|streams)\/|dist\/esm\/lib\/(member|testing)|streams\/(replica|roles|outlets)|nedb|node_modules\/(socket\.io|engine\.io|ws)\//.test(
      file,
    ),
  )
  expect(strange.length === 0, `bundled: ${strange.join(', ')}`)
  const bytes = gzipSync(readFileSync(join(folder, 'client-bundle.js'))).byteLength
  console.log(`        kayak/client, minified and gzipped: ${(bytes / 1024).toFixed(1)} KiB`)
  expect(bytes <= LARGEST_CLIENT_BYTES, `${bytes} bytes, over ${LARGEST_CLIENT_BYTES}`)
})

check('TypeScript for bundlers: type-checks with skipLibCheck false', () => tsc(join(scratch, 'browser'), '-p', '.'))

rmSync(scratch, { recursive: true, force: true })
console.log(`The package: ${counts.passed} passed, ${counts.failed} failed`)
const report = process.argv[2]
if (report !== undefined) {
  mkdirSync(dirname(report), { recursive: true })
  writeFileSync(report, JSON.stringify(counts))
}
process.exitCode = counts.failed === 0 ? 0 : 1
