import { CALL_COMMANDS } from './language/call-commands.js'
import type { Verb } from './language/command.js'
import { ScenarioError } from './language/error.js'
import { render } from './language/lines.js'
import { MEMBER_COMMANDS } from './language/member-commands.js'
import { NETWORK_COMMANDS } from './language/network-commands.js'
import { parse, type Command } from './language/parser.js'
import { Story } from './language/story.js'
import { STORY_COMMANDS } from './language/story-commands.js'
import { Words } from './language/words.js'

/** How much of a story is shown where it breaks off. */
const LAST_LINES = 60

/** Every command, by its first word. */
export const VERBS: ReadonlyMap<string, Verb> = new Map(
  Object.entries({ ...MEMBER_COMMANDS, ...CALL_COMMANDS, ...NETWORK_COMMANDS, ...STORY_COMMANDS }),
)

function verbOf(words: Words): Verb {
  const name = words.word('A command')
  return VERBS.get(name) ?? words.fail(`There is no command '${name}': ${[...VERBS.keys()].join(', ')}.`)
}

/** What a command shows; `quietly` leaves out what has happened. */
function perform(story: Story, command: Command): readonly string[] {
  const words = new Words(command.place, command.words, () => story.cast)
  const isQuiet = words.takes('quietly')
  const { usage, act } = verbOf(words)
  try {
    const before = story.hasBegun ? story.narrator.lines.length : 0
    const shown = act(words, story) ?? []
    if (!story.hasBegun) return shown
    story.narrator.look()
    const beats = story.narrator.takeHeartbeats()
    if (isQuiet) return shown
    const folded = beats > 0 ? [`      (heartbeats, and answers without news: ${beats})`] : []
    return [...render(story.narrator.lines.slice(before)), ...folded, ...shown]
  } catch (error) {
    if (error instanceof ScenarioError) throw error
    throw new ScenarioError(command.place, `${command.text} (${usage})\n${String(error)}`)
  }
}

/** Where a story breaks off, with how it came to that. */
function brokenOff(error: unknown, lines: readonly string[]): unknown {
  if (error instanceof Error) error.message += `\n\nUntil then:\n${lines.slice(-LAST_LINES).join('\n')}`
  return error
}

/** Runs a story, and returns it with what has happened after every command. Nothing of it depends on what was there. */
export function runScenario(file: string, text: string): string {
  const story = new Story()
  const lines: string[] = []
  try {
    for (const item of parse(file, text)) {
      lines.push(item.text)
      if (item.kind === 'command') lines.push(...perform(story, item))
    }
    if (story.hasBegun) story.close()
    return `${lines.join('\n')}\n`
  } catch (error) {
    throw brokenOff(error, lines)
  } finally {
    story.release()
  }
}
