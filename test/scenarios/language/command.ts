import type { Story } from './story.js'
import type { Words } from './words.js'

/** Reads the words of a command, does it, and gives what it shows besides what happens, if anything. */
export type Act = (words: Words, story: Story) => readonly string[] | undefined

/** A command: how it is written, and what it does. */
export interface Verb {
  readonly usage: string
  readonly act: Act
}

/** A command that shows nothing of its own. */
export const verb = (usage: string, act: (words: Words, story: Story) => void): Verb => ({
  usage,
  act: (words, story) => {
    act(words, story)
    return undefined
  },
})
