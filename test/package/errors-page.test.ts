import { ERRORS, KayakError, type ErrorCode } from 'kayak'
import { pageAt, rowsOf } from './pages'
import { raisedErrors } from './raised-errors'

const page = pageAt('docs/errors.md')
const rows = rowsOf(page.text).map(([code = '', outcome = '', retryable = '', meaning = '', remedy = '']) => ({
  code: code.replaceAll('`', ''),
  outcomes: [...outcome.matchAll(/`(\w+)`/g)].map(([, one]) => one),
  retryable,
  meaning,
  remedy,
}))
const codes = Object.keys(ERRORS) as ErrorCode[] // of a constant that has no other keys

describe('the page on errors', () => {
  it('has every code once, with what it means and a remedy', () => {
    expect(rows.map(({ code }) => code).sort()).toEqual([...codes].sort())
    for (const { meaning, remedy } of rows) {
      expect(meaning).toMatch(/\w.*\.$/)
      expect(remedy).toMatch(/\w.*\.$/)
    }
  })

  it('says of each whether it may succeed later, as the error itself does', () => {
    const said = Object.fromEntries(rows.map(({ code, retryable }) => [code, retryable]))
    const actual = codes.map(code => [code, new KayakError(code, '').retryable ? 'yes' : 'no'])
    expect(said).toEqual(Object.fromEntries(actual))
    expect(raisedErrors().filter(({ details }) => details.includes('retryable'))).toEqual([])
  })

  it('says of each which outcomes it has, as the sources raise it', () => {
    const said = Object.fromEntries(rows.map(({ code, outcomes }) => [code, outcomes]))
    const raised = raisedErrors()
    expect(raised.length).toBeGreaterThan(100)
    const outcomesOf = (code: string): readonly string[] =>
      raised.filter(one => one.codes.includes(code)).flatMap(({ outcomes }) => outcomes)
    // one that is raised by no source of this repository has what the page says of it
    const actual = codes.map(code => [code, [...new Set(outcomesOf(code))].sort()] as const)
    expect(said).toMatchObject(Object.fromEntries(actual.filter(([, outcomes]) => outcomes.length > 0)))
  })

  it('says which have a file, or the index of a snapshot or an entry', () => {
    const having = (detail: string): readonly string[] => [
      ...new Set(raisedErrors().flatMap(({ codes: of, details }) => (details.includes(detail) ? of : []))),
    ]
    expect(having('snapshotIndex')).toEqual(['KAYAK_COMPACTED'])
    expect([...having('file')].sort()).toEqual(['KAYAK_CORRUPT', 'KAYAK_VERSION'])
    expect(having('index')).toContain('KAYAK_MACHINE_FAILED')
  })
})
