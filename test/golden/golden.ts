import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const HOME = __dirname
export const versions = readdirSync(HOME)
  .filter(name => /^\d+$/.test(name))
  .map(Number)

/** Where the golden files of a version are. */
export const folderOf = (version: number): string => join(HOME, String(version))

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
export const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))

const isHex = (value: unknown): value is { hex: string } =>
  typeof value === 'object' && value !== null && 'hex' in value && typeof value.hex === 'string'

/** As JSON keeps it: bytes as their digits, and nothing for what is undefined. */
export function kept(value: unknown): unknown {
  if (value instanceof Uint8Array) return { hex: hexOf(value) }
  if (Array.isArray(value)) return value.map(kept)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(fields.map(([key, field]) => [key, kept(field)]))
}

const revived = (_: string, value: unknown): unknown => (isHex(value) ? bytesOf(value.hex) : value)

/** What is kept under a name, with its bytes. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows what it reads
export const read = <T>(version: number, name: string): T =>
  // what `write` has written, whose shape the caller knows
  JSON.parse(readFileSync(join(folderOf(version), `${name}.json`), 'utf8'), revived) as T

export async function write(version: number, name: string, value: unknown): Promise<void> {
  await mkdir(folderOf(version), { recursive: true })
  await writeFile(join(folderOf(version), `${name}.json`), `${JSON.stringify(kept(value), undefined, 2)}\n`)
}

/** Whether golden files are to be written, rather than compared. */
export const isWriting = process.env['UPDATE'] !== undefined
