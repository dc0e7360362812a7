import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRewriting } from './rewriting'
import { runScenario } from './run-scenario'

const HINT = 'If what happens now is right, rewrite the stories and read the difference: npm run scenarios -- --update'

const stories = readdirSync(__dirname).filter(name => name.endsWith('.txt'))

it('are at least twenty-five', () => {
  expect(stories.length).toBeGreaterThanOrEqual(25)
})

it.each(stories)('%s', name => {
  const path = join(__dirname, name)
  const told = readFileSync(path, 'utf8')
  const happens = runScenario(`test/scenarios/${name}`, told)
  if (isRewriting(process.env)) {
    if (happens !== told) writeFileSync(path, happens)
    return
  }
  try {
    expect(happens).toBe(told)
  } catch (error) {
    throw new Error(`${name} has changed.\n${error instanceof Error ? error.message : ''}\n\n${HINT}`, { cause: error })
  }
})
