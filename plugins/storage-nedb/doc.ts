import type { Line } from './line.js'

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

/** What NeDB is given of a document, all of which it keeps in memory: of a batch, in which line it is. */
export const withoutBatch = (doc: Doc, line: Line): Doc =>
  typeof doc['batch'] === 'string' ? { ...doc, batch: line } : doc

/** In which line of the file the batch is of a document that NeDB has. */
export function batchLine(json: string): Line | undefined {
  // what NeDB was given
  const { batch } = JSON.parse(json) as { readonly batch?: Line }
  return batch
}
