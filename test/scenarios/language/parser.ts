import { ScenarioError, type Place } from './error.js'

/** A line that is kept as it is: a comment, or an empty one. */
export interface Prose {
  readonly kind: 'prose'
  readonly text: string
}

export interface Command {
  readonly kind: 'command'
  readonly place: Place
  readonly text: string
  /** Its words; what is quoted is one word, with its opening quote. */
  readonly words: readonly string[]
}

export type Item = Prose | Command

const WORD = /"[^"]*"|[^\s"]+/g

function wordsOf(place: Place, text: string): readonly string[] {
  if (text.split('"').length % 2 === 0) throw new ScenarioError(place, 'A quote is open at the end of the line.')
  return (text.match(WORD) ?? []).map(word => (word.startsWith('"') ? word.slice(0, -1) : word))
}

/**
 * The commands and comments of a story. Comments begin with `#`, commands with anything else, and what is indented is
 * output of the command before: it isn't read, only compared.
 */
export function parse(file: string, text: string): readonly Item[] {
  const lines = text.replace(/\n+$/, '').split('\n')
  return lines.flatMap((line, at): Item[] => {
    if (/^\s+\S/.test(line)) return []
    if (line.trim() === '' || line.startsWith('#')) return [{ kind: 'prose', text: line.trimEnd() }]
    const place = { file, line: at + 1 }
    return [{ kind: 'command', place, text: line.trimEnd(), words: wordsOf(place, line) }]
  })
}
