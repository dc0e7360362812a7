import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { blocksOf, compilerSays, programsOf } from './programs'
import { brokenLinks, docsPages, pageAt, ROOT } from './pages'
import { runProgram } from './run-program'

const others = ['README.md', 'CONTRIBUTING.md', 'examples/README.md', 'test/scenarios/README.md']
const pages = [...others.map(pageAt), ...docsPages()]
const documents = [pageAt('README.md'), ...docsPages()]
const programs = documents.flatMap(programsOf)

describe('the README and docs', () => {
  it('have programs that type-check', () => {
    expect(compilerSays(programs)).toBe('')
    expect(programs.length).toBeGreaterThan(20)
  }, 120_000)

  it.each(programs.filter(({ isWhole }) => isWhole).map(program => [program.name, program] as const))(
    'have programs that run: %s',
    async (_, program) => {
      const { status, stdout, stderr } = await runProgram(program)
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      if (program.prints !== undefined) expect(stdout).toBe(program.prints)
    },
  )

  it('say of no program what it prints that is not run', () => {
    expect(programs.filter(({ isWhole, prints }) => !isWhole && prints !== undefined)).toEqual([])
  })

  it('have blocks in languages that are checked, or that are none', () => {
    const languages = new Set(documents.flatMap(blocksOf).map(({ language }) => language))
    expect([...languages].filter(language => !['ts', 'js', 'sh', 'text', 'mermaid'].includes(language))).toEqual([])
  })

  it('name scripts of npm that there are', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>
    }
    const named = pages.flatMap(({ text }) =>
      [...text.matchAll(/\bnpm run ([a-z][\w:-]*)/g)].map(([, name = '']) => name),
    )
    expect(named.length).toBeGreaterThan(5)
    expect([...new Set(named)].filter(name => !(name in scripts))).toEqual([])
  })

  it.each(pages.map(page => [page.path, page] as const))('link to what is there: %s', (_, page) => {
    expect(brokenLinks(page)).toEqual([])
  })

  it('can be reached from the index, each of them', () => {
    const { text } = pageAt('docs/README.md')
    const missing = docsPages().filter(
      ({ path }) => path !== 'docs/README.md' && !text.includes(`](${path.slice('docs/'.length)})`),
    )
    expect(missing.map(({ path }) => path)).toEqual([])
  })
})
