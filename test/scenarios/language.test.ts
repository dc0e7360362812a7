import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LIMITS } from '../../streams/contracts/limits'
import { CONDITIONS } from './language/conditions'
import { isRewriting } from './rewriting'
import { runScenario, VERBS } from './run-scenario'

const tell = (text: string): string => runScenario('a/story.txt', text)

describe('a story', () => {
  it('is told again with what happens after each command, whatever was told before', () => {
    const told = tell('# Why.\n\nfound\nrun 20ms\n     99 ms  m9       was told before\nexpect leader m1\n')
    expect(told).toMatch(/^# Why\.\n\nfound\nrun 20ms\n {5}\d+ ms {2}m1 {7}opens with term 1/)
    expect(told).toMatch(/m1 {7}leads term 2, elected by itself alone\n.*\n.*\nexpect leader m1\n$/)
    expect(told).not.toContain('m9')
  })

  it('is the same each time, and by its seed another', () => {
    const story = (seed: number): string => `seed ${seed}\nquietly grow 3\ncrash m1\nrun 900ms\n`
    expect(tell(story(1))).toBe(tell(story(1)))
    expect(tell(story(1)).split('\n').slice(1)).not.toEqual(tell(story(2)).split('\n').slice(1))
  })

  it('does not tell what is done quietly', () => {
    expect(tell('quietly found\nquietly run 50ms\n')).toBe('quietly found\nquietly run 50ms\n')
  })

  it('tells once what several do at a time, and what is repeated', () => {
    const told = tell(
      'quietly grow 3\npatience m1 390ms m2 390ms m3 200ms\nquietly run 100ms\ndeafen m3\nappend m1 "a"\nrun 1500ms',
    )
    expect(told).toMatch(/m2 m3 {4}take 7 \("a"\)|m2 {7}takes 7 \("a"\)/)
    expect(told).toMatch(/m1 m2 {4}refuse m3 its pre-vote for term 3: it hears a leader \[\d+ times, last at \d+ ms\]/)
  })

  it('counts heartbeats where messages are told', () => {
    expect(tell('quietly grow 2\nmessages on\nrun 200ms')).toMatch(/\(heartbeats, and answers without news: \d+\)/)
  })
})

describe('what is wrong with a story', () => {
  it.each([
    ['a command that there is not', 'found\nrum 5ms', /^a\/story\.txt:2: There is no command 'rum': found, /],
    ['a member that there is not', 'found\n\ncrash m2', /^a\/story\.txt:3: There is no member 'm2': m1\./],
    ['a name that is taken', 'found\njoin m1 by m1', /:2: There is a member 'm1' already/],
    ['a condition that there is not', 'found\nexpect luck', /:2: 'luck' can't be expected: leader, /],
    ['a missing word', 'found\nrun', /:2: A time is missing at the end/],
    ['a word too many', 'found now', /:1: 'now' is not understood here/],
    ['a time without its unit', 'found\nrun 5', /:2: A time is a time such as 200ms, not '5'/],
    ['an open quote', 'found\nappend m1 "a', /:2: A quote is open/],
    ['a payload without quotes', 'found\nappend m1 a', /:2: A payload is a text in quotes, not 'a'/],
    ['patience out of range', 'found\npatience m1 400ms', /:2: Patience is at least 200ms and less than 400ms/],
    ['a limit that there is not', 'limit luck 1', /:1: There is no limit 'luck'/],
    ['a seed that comes too late', 'found\nseed 2', /:2: The seed comes before everything else/],
    ['an end that is none', 'found\nstart m1', /:2: start m1 \(start MEMBERS\)\nError: m1 runs already/],
  ])('%s is named with its place', (_, text, message) => {
    expect(() => tell(text)).toThrow(message)
  })

  it.each(['expect not leader m1', 'until append "a" done within 100ms', 'throughout 100ms not leader m1'])(
    'that is told otherwise does not make it right: %s',
    text => {
      expect(() => tell(`found\nrun 50ms\n${text}\n     50 ms  m1       does as expected\n`)).toThrow(
        /^a\/story\.txt:3: It is not so.*; instead: /,
      )
    },
  )

  it('is shown with what happened until then, and leaves no limit changed', () => {
    const before = { ...LIMITS }
    expect(() => tell('limit batchBytes 1\nfound\nrun 50ms\nexpect term 7 on m1')).toThrow(
      /instead: m1: 2\n[^]*Until then:\n[^]*leads term 2/,
    )
    expect(LIMITS).toEqual(before)
  })
})

describe('rewriting', () => {
  it.each([
    [{}, false],
    [{ UPDATE: '1' }, true],
    [{ UPDATE: '1', CI: 'true' }, false],
    [{ UPDATE: '1', CI: '1' }, false],
    [{ CI: 'true' }, false],
    [{ UPDATE: '' }, false],
  ])('with %j: %p', (env, expected) => expect(isRewriting(env)).toBe(expected))
})

describe('the page about the language', () => {
  const page = readFileSync(join(__dirname, 'README.md'), 'utf8')

  it.each([...VERBS.values()].map(({ usage }) => usage))('has the command %s', usage => {
    expect(page).toContain(`\`${usage.replaceAll('|', '\\|')}\``)
  })

  it.each(Object.keys(CONDITIONS))('has the condition %s', name => {
    expect(page).toMatch(new RegExp(`\`${name}[ \`]`))
  })
})
