import { KayakError } from '../../streams/contracts/errors.js'

const taken = new WeakMap<object, Set<string>>()

/** Takes a name on a host for a machine. Returns what to call when it is free again. */
export function takeName(host: object, name: string): () => void {
  const names = taken.get(host) ?? new Set()
  if (names.has(name))
    throw new KayakError('KAYAK_INVALID', `The host has a machine named "${name}" already: give each its name.`)
  taken.set(host, names.add(name))
  return () => void names.delete(name)
}
