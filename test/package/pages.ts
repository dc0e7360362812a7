import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

export const ROOT = resolve(__dirname, '..', '..')

/** A page of Markdown. */
export interface Page {
  /** From the root of the repository. */
  readonly path: string
  readonly text: string
}

export const pageAt = (path: string): Page => ({ path, text: readFileSync(join(ROOT, path), 'utf8') })

/** All pages of `docs`, however deep, but for what is made from the sources. */
export const docsPages = (): readonly Page[] =>
  readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.md') && !file.startsWith('api'))
    .sort()
    .map(file => pageAt(`docs/${file}`))

const withoutCode = (text: string): string => text.replace(/^```.*?^```$/gms, '')

/** The headings of a page as links name them. */
function anchorsOf({ text }: Page): ReadonlySet<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of withoutCode(text).matchAll(/^#+ (.*)$/gm)) {
    const slug = heading
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replace(/ /g, '-')
    let anchor = slug
    for (let at = 1; anchors.has(anchor); at++) anchor = `${slug}-${String(at)}`
    anchors.add(anchor)
  }
  return anchors
}

/** Where the links of a page lead to that isn't there: files, and headings of its own and of other pages. */
export function brokenLinks(page: Page): readonly string[] {
  const targets = [...withoutCode(page.text).matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target)
  const isThere = (target: string): boolean => {
    if (/^https?:/.test(target)) return true
    const [file = '', anchor] = target.split('#')
    const path = file === '' ? page.path : join(dirname(page.path), file)
    if (!existsSync(join(ROOT, path))) return false
    return anchor === undefined || (path.endsWith('.md') && anchorsOf(pageAt(path)).has(anchor))
  }
  return targets.filter(target => !isThere(target))
}

/** The rows of the tables of some text, as cells; an escaped bar is part of a cell. */
export const rowsOf = (text: string): readonly (readonly string[])[] =>
  [...text.matchAll(/^\|.*\n\|[ :|-]*\n((?:\|.*\n)+)/gm)].flatMap(([, rows = '']) =>
    rows
      .trim()
      .split('\n')
      .map(row =>
        row
          .slice(1, -1)
          .split(/(?<!\\)\|/)
          .map(cell => cell.trim()),
      ),
  )
