import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Mutation {
  readonly name: string
  readonly file: string
  readonly find: string
}

const ROOT = join(__dirname, '..', '..')
const lists = ['./mutations.cjs', './storage-mutations.cjs', './segment-mutations.cjs'].map(file =>
  jest.requireActual<readonly Mutation[]>(file),
)

test('every deliberate bug has its place in the source, and only one', () => {
  const places = lists.flat().map(({ name, file, find }) => {
    const source = readFileSync(join(ROOT, file), 'utf8')
    return [name, source.split(find).length - 1] as const
  })
  expect(places.filter(([, count]) => count !== 1)).toEqual([])
  expect(places.length).toBeGreaterThan(100)
})
