import { parseOptions } from './options'

const REFUSED: readonly (readonly [says: RegExp, words: readonly string[]])[] = [
  [/ratio needs --against/, ['--only', 'append,ratio']],
  [/--against-node needs --against/, ['--against-node=--a']],
  [/no package in \/nonexistent/, ['--against', '/nonexistent']],
  [/0\.5 is no whole number/, ['--rounds', '0.5']],
  [/1\.5 is no whole number/, ['--in-flight', '1,1.5']],
  [/0 is no number above 0/, ['--in-flight', '0']],
  [/Infinity is no number/, ['--seconds', 'Infinity']],
  [/Unknown option '--wat'/, ['--wat']],
]

test.each(REFUSED)('what makes no sense is refused before anything is measured: %s', (says, words) =>
  expect(() => parseOptions(words)).toThrow(says),
)

test('flags of Node and loads are taken apart', () => {
  const { nodeFlags, inFlight, againstNodeFlags } = parseOptions(['--node=--a  --b', '--in-flight', '1,64'])
  expect([nodeFlags, inFlight, againstNodeFlags]).toEqual([['--a', '--b'], [1, 64], []])
})

test('folders are found from where the benchmark was called', () => {
  const { kayak, against } = parseOptions(['--kayak', 'test/..', '--against', '.'])
  expect([kayak, against]).toEqual([process.cwd(), [process.cwd()]])
})
