import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './pages'

const read = (file: string): unknown => JSON.parse(readFileSync(join(ROOT, file), 'utf8'))

type Door = string | { readonly default: string; readonly node?: string }

describe('the reference', () => {
  it('is made of every entry point that consumers can import', () => {
    // both are of this repository, and have what is looked at
    const { exports: doors } = read('package.json') as { readonly exports: Readonly<Record<string, Door>> }
    const { entryPoints } = read('typedoc.json') as { readonly entryPoints: readonly string[] }
    const built = Object.values(doors)
      .map(door => (typeof door === 'string' ? door : (door.node ?? door.default)))
      .filter(file => file !== './package.json')
    const sources = built.map(file => file.replace('./dist/', '').replace(/\.js$/, '.ts'))
    expect([...entryPoints].sort()).toEqual(sources.sort())
  })
})
