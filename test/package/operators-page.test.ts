import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compilerSays, programsOf, ROOT } from './programs'

const page = readFileSync(join(ROOT, 'docs', 'operators.md'), 'utf8')

describe('the page on operators', () => {
  it('has one program, in pieces, that type-checks', () => {
    const programs = programsOf(page)
    expect(programs.length).toBeGreaterThan(6)
    expect(compilerSays([programs.join('\n')])).toBe('')
  }, 120_000)

  it('links to what is there', () => {
    const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, text = '']) =>
      text
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replace(/ /g, '-'),
    )
    for (const [, target = ''] of page.matchAll(/\]\(([^)]+)\)/g)) {
      if (target.startsWith('#')) expect(headings).toContain(target.slice(1))
      else expect({ target, exists: existsSync(join(ROOT, 'docs', target)) }).toEqual({ target, exists: true })
    }
  })
})
