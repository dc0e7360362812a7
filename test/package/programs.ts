import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT, type Page } from './pages'

/** A program of a page: a block of it, or several that go on from each other. */
export interface Program {
  readonly name: string
  readonly text: string
  readonly extension: 'mts' | 'cjs'
  /** Whether it can be run as it stands: it declares nothing that isn't there, and nobody says that it can't. */
  readonly isWhole: boolean
  /** What the page says that it prints, all blocks of it. */
  readonly prints: string | undefined
}

/** A block of code, with what a comment before it says. */
interface Block {
  readonly note: string
  readonly language: string
  readonly text: string
}

const BLOCK = /(?:<!-- ([^>]*?) -->\n\n)?^```(\w+)\n(.*?)^```$/gms

export const blocksOf = ({ text }: Page): readonly Block[] =>
  [...text.matchAll(BLOCK)].map(([, note = '', language = '', code = '']) => ({ note, language, text: code }))

const begun = (page: Page, { note, language, text }: Block, at: number): Program => ({
  name: `${page.path}, program ${String(at)}`,
  text,
  extension: language === 'js' ? 'cjs' : 'mts',
  isWhole: !note.includes('not run') && language === 'ts',
  prints: undefined,
})

const hasHost = (text: string): boolean => /(const|using|let) host\b/.test(text)

/** What is used, and was made before on the page: a host. */
const withHost = (text: string): string =>
  /\bhost\b/.test(text) && !hasHost(text) ? `declare const host: import('kayak').Host\n${text}` : text

/**
 * A page's programs. The blocks of a page of `docs` are pieces of one, until a comment says `new program`; those of the
 * README are one each. A comment before a block may say `unchecked`, `not run` and why, or of a block of text that it is what
 * the program `prints`.
 */
export function programsOf(page: Page): readonly Program[] {
  const goesOn = page.path.startsWith('docs/')
  const programs: Program[] = []
  for (const block of blocksOf(page)) {
    const last = programs.at(-1)
    const { note, language, text } = block
    if (note === 'prints' && last !== undefined)
      programs[programs.length - 1] = { ...last, prints: (last.prints ?? '') + text }
    if (note === 'unchecked' || !['ts', 'js'].includes(language)) continue
    const isPiece = goesOn && last !== undefined && language === 'ts' && !note.includes('new program')
    if (isPiece) {
      const isWhole = last.isWhole && !note.includes('not run')
      programs[programs.length - 1] = { ...last, text: `${last.text}\n${text}`, isWhole }
    } else programs.push(begun(page, block, programs.length + 1))
  }
  return programs.map(program => {
    const text = program.extension === 'mts' && !goesOn ? withHost(program.text) : program.text
    return { ...program, text, isWhole: program.isWhole && !/\bdeclare\b/.test(text) }
  })
}

const fileOf = ({ name, extension }: Program): string => `${name.replace(/[^\w]+/g, '-')}.${extension}`

/** As users have it: what is built, whose sources are checked elsewhere. */
const builtPaths = (): Readonly<Record<string, readonly string[]>> => {
  const { compilerOptions } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8')) as {
    readonly compilerOptions: { readonly paths: Readonly<Record<string, readonly string[]>> }
  }
  const built = (source: string): string => join(ROOT, 'dist', source.replace(/\.ts$/, '.d.ts'))
  return Object.fromEntries(Object.entries(compilerOptions.paths).map(([name, sources]) => [name, sources.map(built)]))
}

/** What the compiler has to say about programs, each a module of its own; nothing if they are right. */
export function compilerSays(programs: readonly Program[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'kayak-programs-'))
  try {
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    const files = programs.map(program => {
      writeFileSync(
        join(folder, fileOf(program)),
        `${program.text}\n${program.extension === 'mts' ? 'export {}\n' : ''}`,
      )
      return fileOf(program)
    })
    const types = { rootDir: '/', typeRoots: ['node_modules/@types'], paths: builtPaths(), skipLibCheck: true }
    const compilerOptions = { noEmit: true, noUnusedLocals: false, allowJs: true, checkJs: true, ...types }
    const config = { extends: join(ROOT, 'tsconfig.json'), compilerOptions, include: [], files }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
    const { stdout, status } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })
    return status === 0 ? stdout : `status ${String(status)}\n${stdout}`
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
