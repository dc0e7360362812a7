import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brokenLinks, compilerSays, programsOf, ROOT } from './programs'

const page = readFileSync(join(ROOT, 'docs', 'machines.md'), 'utf8')

describe('the page on machines', () => {
  it('has one program, in pieces, that type-checks', () => {
    const programs = programsOf(page)
    expect(programs.length).toBeGreaterThan(9)
    expect(compilerSays([programs.join('\n')])).toBe('')
  }, 120_000)

  it('links to what is there', () => {
    expect(brokenLinks(page)).toEqual([])
  })
})
