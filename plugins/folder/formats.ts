import { laterVersion, noLongerRead } from './failures.js'

/**
 * What a kind of file is like in this version. A format is raised where an older version could not read the file, and
 * gets a row that makes what was of the format before.
 */
export interface Format<T> {
  readonly format: number
  /** By format, how what it holds becomes that of the next. Pure; given what its checksums vouch for. */
  readonly migrations: ReadonlyMap<number, (value: T) => T>
}

export const isFormat = (found: unknown): found is number =>
  typeof found === 'number' && Number.isSafeInteger(found) && found > 0

/**
 * Whether a file is of an older format, which can be migrated.
 *
 * @throws {@link KayakError} `KAYAK_VERSION` for one of a later format, or of one so old that nothing migrates it.
 */
export function isOlder<T>(path: string, found: number, { format, migrations }: Format<T>): boolean {
  if (found > format) throw laterVersion(path, found, format)
  for (let at = found; at < format; at++) if (!migrations.has(at)) throw noLongerRead(path, found)
  return found < format
}

/** What a file of an older format holds, as this version has it. */
export function migrated<T>(value: T, found: number, { format, migrations }: Format<T>): T {
  let current = value
  for (let at = found; at < format; at++) current = migrations.get(at)?.(current) ?? current
  return current
}
