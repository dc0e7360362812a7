/** Something that has happened, as it is told. */
export interface Line {
  /** Milliseconds since the beginning of the story. */
  readonly at: number
  readonly who: string
  readonly text: string
}

const INDENT = '  '
/** What happens so often within one command is told once, with how often. */
const OFTEN = 3

interface Folded {
  readonly at: number
  readonly text: string
  readonly who: readonly string[]
}

/** What several do at the same time is one line. */
function together(lines: readonly Line[]): readonly Folded[] {
  return lines.reduce<readonly Folded[]>((folded, { at, who, text }) => {
    const same = folded.findLastIndex(line => line.at === at && line.text === text)
    if (same < 0) return [...folded, { at, text, who: [who] }]
    return folded.map((line, index) =>
      index === same && !line.who.includes(who) ? { ...line, who: [...line.who, who] } : line,
    )
  }, [])
}

/** What repeats is told where it happens first, with how often, and when for the last time. */
function repeated(lines: readonly Folded[]): readonly Folded[] {
  const key = ({ who, text }: Folded): string => `${who.join(' ')} ${text}`
  const times = new Map<string, Folded[]>()
  for (const line of lines) times.set(key(line), [...(times.get(key(line)) ?? []), line])
  return lines.flatMap(line => {
    const all = times.get(key(line)) ?? []
    if (all.length < OFTEN) return [line]
    if (all[0] !== line) return []
    const last = Math.floor(all.at(-1)?.at ?? 0)
    return [{ ...line, text: `${line.text} [${all.length} times, last at ${last} ms]` }]
  })
}

/** Members that are told of by their number are named in its order. */
export const byName = (names: readonly string[]): readonly string[] =>
  [...names].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))

const PLURALS: Readonly<Record<string, string>> = { has: 'have', goes: 'go', does: 'do' }

/** What several do, with the verb that begins it in the plural. */
const plural = (text: string): string =>
  text.replace(/^->.*|^\w+/, verb => PLURALS[verb] ?? (verb.startsWith('->') ? verb : verb.replace(/s$/, '')))

/** What has happened in one command, as it stands in the file. */
export function render(lines: readonly Line[]): readonly string[] {
  return repeated(together(lines)).map(({ at, who, text }) => {
    const time = String(Math.floor(at)).padStart(5)
    return `${INDENT}${time} ms  ${byName(who).join(' ').padEnd(8)} ${who.length > 1 ? plural(text) : text}`
  })
}

/** A table under a command, its columns aligned. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows.reduce<readonly number[]>(
    (widest, row) =>
      Array.from({ length: Math.max(widest.length, row.length) }, (_, at) =>
        Math.max(widest[at] ?? 0, row[at]?.length ?? 0),
      ),
    [],
  )
  return rows.map(
    row =>
      INDENT +
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
  )
}
