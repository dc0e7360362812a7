import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ERRORS } from 'kayak'
import * as operators from 'kayak/streams'
import { pageAt, ROOT as root } from './pages'
import { programsOf } from './programs'

const page = pageAt('README.md')
const { text: readme } = page

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
  it('begins with an example of at most 15 lines', () => {
    expect(programsOf(page)[0]?.text.trim().split('\n').length).toBeLessThanOrEqual(15)
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

  it('lists every budget', () => {
    const budgets = declared('streams/contracts/budget.ts', /^ {2}\| '([a-z-]+)'$/gm)
    expect(budgets.length).toBeGreaterThan(9)
    expect(names('Limits').sort()).toEqual(budgets.sort())
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
    const isDoor = (name: string): boolean => existsSync(join(root, 'plugins', name, 'index.ts'))
    const plugins = readdirSync(join(root, 'plugins'))
      .filter(isDoor)
      .map(name => `kayak/plugins/${name}`)
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
