import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FAULT_KINDS } from '../../lib/testing/simulation'
import { pageAt, ROOT } from './pages'

const { text: page } = pageAt('docs/testing.md')

/** The rows of the first table behind a comment, or of the first one under a heading, as cells. */
function rowsBehind(place: string): string[][] {
  const [, text = ''] = page.split(place)
  const table = /^\|.*\n\|[ -|]*\n((\|.*\n)+)/m.exec(text)?.[1] ?? ''
  return table
    .trim()
    .split('\n')
    .map(row =>
      row
        .slice(1, -1)
        .split('|')
        .map(cell => cell.trim()),
    )
}

describe('the page on testing', () => {
  it('lists every kind of fault, and says what the source says', () => {
    const source = readFileSync(join(ROOT, 'lib/testing/simulation/faults.ts'), 'utf8')
    const said = FAULT_KINDS.map(kind => [
      `\`${kind}\``,
      new RegExp(`/\\*\\* (.*) \\*/\\n +'${kind}',`).exec(source)?.[1] ?? 'nothing',
    ])
    expect(rowsBehind('<!-- kinds:')).toEqual(said)
  })

  it('lists every invariant and the files that check them', () => {
    const rows = rowsBehind('<!-- invariants:')
    expect(rows.map(([number]) => Number(number))).toEqual(Array.from({ length: 23 }, (_, at) => at + 1))
    const named = rows.flatMap(([, , files = '']) => [...files.matchAll(/invariants\/([\w-]+\.ts)\)/g)])
    const files = readdirSync(join(ROOT, 'lib', 'testing', 'invariants')).filter(file => file !== 'index.ts')
    expect(named.map(([, file]) => file).sort()).toEqual(files.sort())
    for (const [number = '', , paths = ''] of rows)
      for (const [, path = ''] of paths.matchAll(/\(\.\.\/(.*?)\)/g))
        expect(readFileSync(join(ROOT, path), 'utf8')).toMatch(new RegExp(`(/\\*\\*|\\*) (\\d+, )*${number}[.,]`))
  })

  it('lists every option of a simulation', () => {
    const source = readFileSync(join(ROOT, 'lib/testing/simulation/options.ts'), 'utf8')
    const body = /export interface SimulationOptions.*?^}/ms.exec(source)?.[0] ?? ''
    const options = [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => `\`${String(name)}\``)
    expect(
      rowsBehind('## Running it')
        .map(([name]) => name)
        .sort(),
    ).toEqual(options.sort())
  })
})
