import { escaped, type Line } from './line.js'

/** A document of a book. A `batch` is a long text in base64. */
export interface Doc {
  readonly _id: string
  readonly [field: string]: unknown
}

/** The JSON of a document, and what of it is a batch and behind it, which is plain ASCII. */
export function jsonOf({ batch, ...rest }: Doc): { readonly json: string; readonly plain: readonly string[] } {
  if (typeof batch !== 'string') return { json: JSON.stringify({ ...rest, batch }), plain: [] }
  return { json: `${JSON.stringify(rest).slice(0, -1)},"batch":"`, plain: [batch, '"}'] }
}

/** Of a name that NeDB gives a meaning of its own. */
const isReserved = (name: string): boolean => name.startsWith('$') || name.includes('.')

/** What a line holds is taken for a document only where it was made of one: NeDB writes it anew as it loads it. */
export function readDoc(json: string): Doc | undefined {
  const doc = parsed(json)
  if (doc === undefined || Object.keys(doc).some(isReserved)) return undefined
  const { batch } = doc
  const made = jsonOf(doc)
  const isSame = escaped(made.json) + made.plain.join('') === json
  return isSame && (batch === undefined || typeof batch === 'string') ? doc : undefined
}

function parsed(json: string): Doc | undefined {
  try {
    // checked here as far as it says anything
    const doc = JSON.parse(json) as Doc | null
    return typeof doc?._id === 'string' && doc._id !== '' ? doc : undefined
  } catch {
    return undefined
  }
}

/** What NeDB is given of a document, all of which it keeps in memory: of a batch, in which line it is. */
export const withoutBatch = (doc: Doc, line: Line): Doc =>
  typeof doc['batch'] === 'string' ? { ...doc, batch: line } : doc

/** In which line of the file the batch is of a document that NeDB has. */
export function batchLine(json: string): Line | undefined {
  // what NeDB was given
  const { batch } = JSON.parse(json) as { readonly batch?: Line }
  return batch
}
