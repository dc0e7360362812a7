import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Place, ROOT } from './program'

/** What each example says where all is well, in this order, and other lines between. Each says it of what it has checked. */
const STORIES: Readonly<Record<string, readonly (string | RegExp)[]>> = {
  kv: [
    '  ✓ what was written on one member is read on another',
    '  ✓ of two who have read the same version one is served',
    '  ✓ the others go on',
    /^ {4}\d+ {2}color is deleted$/,
    '  ✓ a watch tells of what has changed, in order',
    '  ✓ who has seen some of it gets the rest, from another member',
  ],
  lock: [
    '  ✓ two who take turns have counted to 20',
    '  ✓ ann, who believes to have it still, is refused',
    'whoever leads has taken away a lock that nobody has renewed',
    '  ✓ what the old leader appends too late is passed over, by its term',
    '  ✓ what it does elsewhere is refused, by its term',
  ],
  jobs: [
    '  ✓ 20 jobs are added, each of them twice, and are there once',
    /^ {2}letter-\d+ is there already$/,
    '  ✓ all jobs are done',
    '  ✓ what ann and bob have left was taken again',
    '  ✓ each letter was written, and once',
  ],
  bank: [
    '  ✓ 200 orders have come, two by two the same, and each has got one answer',
    '  ✓ money has moved, but none was made',
    '  ✓ the log of another member has 100 transfers',
    '  ✓ with another key of that name it is KAYAK_UNREADABLE',
    '  ✓ after a restart every account is what it was',
    '  ✓ an order of yesterday is not carried out again',
  ],
  flags: [
    /^the program of the page takes \d+ KiB, compressed$/,
    'the page shows what a member has switched',
    '  ✓ a member knows what the page has switched',
    '  ✓ the page goes on with another one',
    '  ✓ it has told of each switch, in order',
  ],
  fastify: [
    'the balancer has noticed that one is leaving',
    '  ✓ all 320 visits were answered',
    '  ✓ and each was counted once',
    '  ✓ one of three alone is live, and not ready',
    'with a second one, on the folder that it had, it is ready again',
  ],
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
    for (const line of lines) expect(line).toMatch(/^[a-z-]+ +\S.{30,110}$/)
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
