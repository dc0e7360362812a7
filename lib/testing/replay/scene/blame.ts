import type { Arrow, Mark } from './shapes.js'

/** What a failure speaks of: an entry, or else a term. */
export interface Blame {
  readonly entry: number | undefined
  readonly term: number | undefined
}

const numberAfter = (word: string, text: string): number | undefined => {
  const found = new RegExp(`\\b${word} (\\d+)`).exec(text)
  return found === null ? undefined : Number(found[1])
}

/** Only the first line says what is wrong; the rest is how everyone stood. */
export function blameOf(failure: string | undefined): Blame {
  const [first = ''] = (failure ?? '').split('\n', 1)
  const entry = numberAfter('entry', first)
  return { entry, term: entry === undefined ? numberAfter('term', first) : undefined }
}

/** Whether something of a run has to do with what its failure speaks of. */
export function isNamed({ entry, term }: Blame, { about }: Mark | Arrow): boolean {
  if (about === undefined) return false
  if ('term' in about) return about.term === term
  return entry !== undefined && about.first <= entry && entry <= about.last
}
