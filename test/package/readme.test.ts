import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { ERRORS } from 'kayak'
import * as operators from 'kayak/streams'

const root = resolve(__dirname, '..', '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')

/** Programs in TypeScript, but for those that a comment before them says to leave out. */
const programs = [...readme.matchAll(/(<!-- unchecked -->\n\n)?```ts\n(.*?)```/gs)].flatMap(
  ([, unchecked, text = '']) => (unchecked === undefined ? [text] : []),
)

/** The first cells of the table under a heading. */
function names(heading: string): string[] {
  const section = readme.split(/^#+ /m).find(text => text.startsWith(`${heading}\n`)) ?? ''
  return [...section.matchAll(/^\| `.*$/gm)].flatMap(([row]) =>
    [...(row.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  )
}

/** The members that an interface, or a union's variants, declare in a source file. */
const declared = (file: string, pattern: RegExp): string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(pattern)].map(([, name = '']) => name)

describe('the README', () => {
  it('has programs that type-check', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kayak-readme-'))
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    const files = programs.map((text, at) => {
      // a program that goes on from an earlier one has its host
      const given = /\bhost\b/.test(text) && !/(const|using) host\b/.test(text)
      const host = given ? "declare const host: import('kayak').Host\n" : ''
      writeFileSync(join(folder, `program-${String(at + 1)}.mts`), `${host}${text}\nexport {}\n`)
      return `program-${String(at + 1)}.mts`
    })
    const compilerOptions = { noEmit: true, noUnusedLocals: false, rootDir: '/', typeRoots: ['node_modules/@types'] }
    const config = { extends: join(root, 'tsconfig.json'), compilerOptions, include: [], files }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    const { stdout, status } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })
    rmSync(folder, { recursive: true, force: true })
    expect(stdout).toBe('')
    expect(status).toBe(0)
    expect(programs.length).toBeGreaterThan(5)
  }, 120_000)

  it('begins with an example of at most 15 lines', () => {
    expect((programs[0] ?? '').trim().split('\n').length).toBeLessThanOrEqual(15)
  })

  it('lists every error with what to do about it', () => {
    const rows = [...readme.matchAll(/^\| `(KAYAK_\w+)` +\| (.*?) +\|$/gm)].map(([, code, text]) => [code, text])
    expect(Object.fromEntries(rows)).toEqual(ERRORS)
  })

  it('lists every option', () => {
    const source = readFileSync(join(root, 'lib/host/options.ts'), 'utf8')
    const body = /export interface Options.*?^}/ms.exec(source)?.[0] ?? ''
    const options = [...body.matchAll(/^ {2}readonly (\w+)\?/gm)].map(([, name = '']) => name)
    expect(names('Options').sort()).toEqual(options.sort())
  })

  it('lists every event', () => {
    expect(names('Events').sort()).toEqual(
      declared('streams/contracts/events.ts', /readonly type: '([a-z-]+)'/g).sort(),
    )
  })

  it('lists every operator', () => {
    const made = Object.keys(operators).filter(name => /^[a-z]/.test(name) && name !== 'isKayakError')
    expect(
      names('State machines')
        .map(name => name.replace(/\(.*/, ''))
        .sort(),
    ).toEqual(made.sort())
  })

  it('lists every plugin', () => {
    const plugins = readdirSync(join(root, 'plugins')).map(name => `kayak/plugins/${name}`)
    expect(names('Plugins').sort()).toEqual(plugins.sort())
  })
})

describe('CONTRIBUTING', () => {
  it('gives a reason for each dependency', () => {
    const { dependencies, devDependencies, peerDependencies } =
      jest.requireActual<Record<'dependencies' | 'devDependencies' | 'peerDependencies', Record<string, string>>>(
        '../../package.json',
      )
    const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')
    const rows = [...(text.split('## Dependencies')[1]?.matchAll(/^\| `.*$/gm) ?? [])].map(
      ([row]) => row.split(' | ')[0],
    )
    const reasoned = new Set(rows.flatMap(cell => [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name)))
    const installed = Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies })
    expect([...reasoned].sort()).toEqual(installed.sort())
  })
})
