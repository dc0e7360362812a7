import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Place, ROOT } from './program'

/** What each example says where all is well, in this order, and other lines between. Each says it of what it has checked. */
const STORIES: Readonly<Record<string, readonly (string | RegExp)[]>> = {
  chat: [
    'all three have read what each has said',
    'bob and cleo go on',
    '  ✓ all three have the same chat, line by line',
    'ann: here I am again',
  ],
  'own-storage': [
    /^ {2}✓ the storage on LevelDB passes all \d+ tests of its kit$/,
    /^ {2}✓ the transport over TCP passes all \d+ tests of its kit$/,
    '  ✓ a has all that was appended',
    '  ✓ b has its snapshot, and the log after it',
  ],
}

/** Those that have tests of their own. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'main-job': 'test/process/main-job.test.ts',
  'own-machine': 'test/process/own-machine.test.ts',
}

const folders = readdirSync(join(ROOT, 'examples'), { withFileTypes: true })
  .filter(entry => entry.isDirectory() && entry.name !== 'common')
  .map(({ name }) => name)

const page = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8')

const place = new Place()
beforeEach(() => place.open())
afterEach(() => place.close())

/** The names of a list of examples: what each line begins with. */
const namesIn = (lines: readonly string[]): readonly string[] => lines.map(line => line.split(' ')[0] ?? '')

describe('the examples', () => {
  it('are listed, a line each, the name first: all that there are, and no others', async () => {
    const { status, lines, errors } = await place.run([])
    expect({ status, errors }).toEqual({ status: 0, errors: '' })
    for (const line of lines) expect(line).toMatch(/^[a-z-]+ +\S.{30,100}$/)
    expect([...namesIn(lines)].sort()).toEqual(folders.sort())
  })

  it('are refused by another name, with the list of those that there are', async () => {
    const { lines: list } = await place.run([])
    for (const name of ['other', 'constructor', 'common']) {
      const { status, lines, errors } = await place.run([name])
      expect({ status, lines }).toEqual({ status: 2, lines: [] })
      expect(errors.trimEnd().split('\n').slice(1)).toEqual(list)
      expect(errors).toContain(`'${name}'`)
    }
  })

  it('are all tried, here or in a test of their own, which runs them', () => {
    expect([...Object.keys(STORIES), ...Object.keys(ELSEWHERE)].sort()).toEqual(folders.sort())
    for (const [name, file] of Object.entries(ELSEWHERE)) expect(page(file)).toContain(`[EXAMPLE, '${name}', ...args]`)
  })

  it.each(folders)('%s is told of in both READMEs, with files that are there', name => {
    const command = name === 'main-job' ? 'npm start' : `npm run example ${name}`
    const commands = [...page('README.md').matchAll(/^\| `(npm [^`]+)` /gm)].map(([, told]) => told)
    expect(commands).toContain(command)
    const sections = page('examples', 'README.md').split(/^## /m)
    const section = sections.find(text => text.split('\n')[0]?.endsWith(`\`${command}\``)) ?? ''
    const files = [...section.matchAll(/^\| `([\w-]+\.ts)` /gm)].map(([, file]) => file)
    expect(files.length).toBeGreaterThan(0)
    const there = readdirSync(join(ROOT, 'examples', name))
    for (const file of files) expect(there).toContain(file)
  })
})

describe.each(Object.entries(STORIES))('%s', (name, story) => {
  it('does what it says, and leaves nothing', async () => {
    const { status, lines, errors } = await place.run([name])
    expect({ status, errors }).toEqual({ status: 0, errors: '' })
    let at = 0
    for (const part of story) {
      const found = lines.slice(at).findIndex(line => (typeof part === 'string' ? line === part : part.test(line)))
      if (found < 0) throw new Error(`It doesn't say '${String(part)}' after line ${at} of:\n${lines.join('\n')}`)
      at += found + 1
    }
    expect(await place.leftovers()).toEqual([])
  })

  it('ends on Ctrl-C, and leaves nothing', async () => {
    let isAsked = false
    const { status, lines, errors } = await place.run([name], (_, child) => {
      if (isAsked) return
      isAsked = true
      child.kill('SIGINT')
    })
    expect({ status, errors, last: lines.at(-1) }).toEqual({ status: 130, errors: '', last: 'Stopped by SIGINT.' })
    expect(await place.leftovers()).toEqual([])
  })
})
