import { execFile } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Where Debian puts the sources of its packages of Go. */
const GOPATH = '/usr/share/gocode'

/** Why one can't be measured here; undefined if it can. */
export function missing(packages: Readonly<Record<string, string>>): string | undefined {
  const lacking = Object.entries(packages).flatMap(([name, path]) => (existsSync(path) ? [] : [name]))
  return lacking.length === 0 ? undefined : `needs Debian's ${lacking.join(', ')}: test/bench/rivals/install.sh`
}

export const GO = '/usr/bin/go'
export const goPackage = (path: string): string => join(GOPATH, 'src', path)

/** Builds one of the programs of this folder from the packages of Debian alone, and gives its path. */
export async function buildGo(name: string): Promise<string> {
  const sources = join(process.cwd(), 'test', 'bench', 'rivals')
  const folder = join(process.cwd(), 'node_modules', '.cache', 'kayak-rivals')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, name)
  const env = { ...process.env, GO111MODULE: 'off', GOPATH, GOPROXY: 'off', GOFLAGS: '-buildvcs=false' }
  await run(GO, ['build', '-o', file, join(sources, 'loop.go'), join(sources, `${name}.go`)], { env })
  return file
}
