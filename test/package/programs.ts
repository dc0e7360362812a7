import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export const ROOT = resolve(__dirname, '..', '..')

/** A page's programs in TypeScript, but for those that a comment before them says to leave out. */
export const programsOf = (page: string): readonly string[] =>
  [...page.matchAll(/(<!-- unchecked -->\n\n)?```ts\n(.*?)```/gs)].flatMap(([, unchecked, text = '']) =>
    unchecked === undefined ? [text] : [],
  )

/** What the compiler has to say about programs, each a module of its own; nothing if they are right. */
export function compilerSays(programs: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'kayak-programs-'))
  try {
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    const files = programs.map((text, at) => {
      const file = `program-${String(at + 1)}.mts`
      writeFileSync(join(folder, file), `${text}\nexport {}\n`)
      return file
    })
    const compilerOptions = { noEmit: true, noUnusedLocals: false, rootDir: '/', typeRoots: ['node_modules/@types'] }
    const config = { extends: join(ROOT, 'tsconfig.json'), compilerOptions, include: [], files }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
    const { stdout, status } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })
    return status === 0 ? stdout : `status ${String(status)}\n${stdout}`
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Where the links of a page of `docs` lead to that isn't there, headings of its own too. */
export function brokenLinks(page: string): readonly string[] {
  const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, text = '']) =>
    text
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replace(/ /g, '-'),
  )
  const targets = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target)
  const isThere = (target: string): boolean =>
    target.startsWith('#') ? headings.includes(target.slice(1)) : existsSync(join(ROOT, 'docs', target))
  return targets.filter(target => !isThere(target))
}
