import { createRequire } from 'node:module'
import { join } from 'node:path'
import type * as Face from 'kayak'
import type * as Operators from 'kayak/streams'

/** The face and the operators of a built package, as whoever has installed it gets them. */
export function builtKayak(root: string) {
  const load = createRequire(join(root, 'package.json'))
  return {
    // what its package says that it is, or of a version near enough to be compared
    face: load('kayak') as typeof Face,
    operators: load('kayak/streams') as typeof Operators,
    plugin: (name: string) => load(`kayak/plugins/${name}`) as unknown,
  }
}

export type BuiltKayak = ReturnType<typeof builtKayak>
