import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { CLEAN, IMPORTS, LINES } from './plants'

/*
 * A house of the same layout with one violation a file, looked at once by each tool with the configuration of this
 * one: every rule is seen to fail where it should, and only there.
 */
const root = resolve(__dirname, '..', '..')
const CONFIGURATION = ['eslint.config.mjs', '.ci/eslint-rules.mjs', '.dependency-cruiser.cjs', 'tsconfig.json']
const found = new Map<string, Set<string>>()
let house = ''

const note = (file: string, rule: string): void => {
  found.set(file, new Set([...(found.get(file) ?? []), rule]))
}

function plant(): void {
  for (const file of CONFIGURATION) {
    mkdirSync(dirname(join(house, file)), { recursive: true })
    cpSync(join(root, file), join(house, file))
  }
  cpSync(join(root, 'package.json'), join(house, 'package.json'))
  symlinkSync(join(root, 'node_modules'), join(house, 'node_modules'))
  for (const [file, text] of Object.entries({ ...CLEAN, ...fileTexts(IMPORTS), ...fileTexts(LINES) })) {
    mkdirSync(dirname(join(house, file)), { recursive: true })
    writeFileSync(join(house, file), text)
  }
}

const fileTexts = (plants: Record<string, { readonly text: string }>): Record<string, string> =>
  Object.fromEntries(Object.entries(plants).map(([file, { text }]) => [file, text]))

/** What a tool prints as JSON. */
function run(command: string, ...args: string[]): unknown {
  const result = spawnSync(process.execPath, [join(root, 'node_modules', command), ...args], {
    cwd: house,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (!result.stdout.startsWith('[') && !result.stdout.startsWith('{')) throw new Error(result.stderr + result.stdout)
  return JSON.parse(result.stdout)
}

interface Linted {
  readonly filePath: string
  readonly messages: readonly { readonly ruleId: string | null; readonly message: string }[]
}

interface Violation {
  readonly from: string
  readonly rule: { readonly name: string }
  /** The files of a loop. */
  readonly cycle?: readonly { readonly name: string }[]
}

interface Cruised {
  readonly summary: {
    readonly violations: readonly Violation[]
  }
}

beforeAll(() => {
  house = mkdtempSync(join(tmpdir(), 'kayak-lint-'))
  plant()
  const rooms = ['lib', 'streams', 'plugins', 'examples', 'test']
  for (const { filePath, messages } of run('eslint/bin/eslint.js', '--format', 'json', ...rooms) as Linted[])
    for (const { ruleId, message } of messages) note(relative(house, filePath), ruleId ?? message)
  const cruised = run(
    'dependency-cruiser/bin/dependency-cruise.mjs',
    ...['--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...rooms],
  ) as Cruised
  for (const { from, rule, cycle = [] } of cruised.summary.violations)
    for (const file of [from, ...cycle.map(({ name }) => name)]) note(file, rule.name)
}, 120_000)

afterAll(() => rmSync(house, { recursive: true, force: true }))

describe('the linter', () => {
  it.each(Object.entries(LINES))('refuses %s', (file, { rule, besides = [] }) => {
    expect([...(found.get(file) ?? [])].sort()).toEqual([rule, ...besides].sort())
  })
})

describe('the directions of imports', () => {
  it.each(Object.entries(IMPORTS))('refuse %s', (file, { rule }) => {
    expect([...(found.get(file) ?? [])]).toContain(rule)
  })

  it('has a violation planted of each rule', () => {
    const { forbidden } = jest.requireActual<{ forbidden: { name: string }[] }>('../../.dependency-cruiser.cjs')
    const planted = new Set(Object.values(IMPORTS).map(({ rule }) => rule))
    expect(forbidden.map(({ name }) => name).filter(name => !planted.has(name))).toEqual([])
  })
})

describe('what is allowed', () => {
  it.each(Object.keys(CLEAN))('passes %s', file => {
    expect([...(found.get(file) ?? [])]).toEqual([])
  })
})
