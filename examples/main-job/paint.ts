/** Colours on a terminal; plain text in a pipe, on a dumb terminal and where NO_COLOR is set. */
const { NO_COLOR = '', TERM = '' } = process.env
const isTerminal = process.stdout.isTTY && TERM !== 'dumb'
const isColoured = isTerminal && NO_COLOR === ''

const colour =
  (code: number) =>
  (text: string): string =>
    isColoured ? `\x1b[${code}m${text}\x1b[0m` : text

export const bold = colour(1)
export const dim = colour(2)
export const red = colour(31)
export const green = colour(32)
const MEMBERS = [colour(36), colour(33), colour(35), colour(34)]

/** A member's name in a colour of its own. */
export function painted(name: string): string {
  const paint = MEMBERS[(name.charCodeAt(0) - 'a'.charCodeAt(0)) % MEMBERS.length] ?? bold
  return paint(name)
}

/** Text that may have come from anywhere, fit for one line of a terminal: nothing in it moves the cursor. */
export function shown(payload: string | Uint8Array): string {
  const text = typeof payload === 'string' ? payload : Buffer.from(payload).toString('latin1')
  const safe = text.slice(0, 200).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '·')
  return safe.length > 76 || text.length > safe.length ? `${safe.slice(0, 75)}…` : safe
}

let status = ''

/** Prints a line, above the status if there is one. */
export function say(line = ''): void {
  const clear = isTerminal && status !== '' ? '\r\x1b[K' : ''
  process.stdout.write(`${clear}${line}\n${isTerminal ? status : ''}`)
}

export const headline = (text: string, aside: string): void => say(`\n${bold(text)} ${dim(aside)}`)

/** Shows how far the work is: a bar that stays at the bottom of a terminal, a line now and then in a pipe. */
export function progress(done: number, all: number, what: string): void {
  const filled = Math.round((done / all) * 30)
  const step = Math.max(1, Math.ceil(all / 10))
  status = done === all ? '' : `${green('━'.repeat(filled))}${dim('━'.repeat(30 - filled))} ${done} of ${all} ${what}`
  if (isTerminal) process.stdout.write(`\r\x1b[K${status}`)
  else if (done % step === 0 || done === all) say(`  -- ${done} of ${all} ${what}`)
}

/** Takes the status away, so that the last words stand alone. */
export function clearStatus(): void {
  if (isTerminal && status !== '') process.stdout.write('\r\x1b[K')
  status = ''
}
