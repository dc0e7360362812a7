import { crc32 } from '../../streams/contracts/checksum.js'

/*
 * One line of a NeDB file, all of it ASCII:
 *
 *   <crc32 of the rest, 8 hex> <number of the line from 1, decimal> <length of the JSON, decimal> <JSON>
 *
 * The checksum finds flipped bits, which NeDB doesn't, and the number finds lines that are missing. The length tells a
 * line that a crash has cut short from one whose end is damaged.
 */
const PREFIX = /^([0-9a-f]{8}) (\d{1,15}) (\d{1,15}) /
const LONGEST_PREFIX = 8 + 1 + 15 + 1 + 15 + 1

/** Which line of a file, from where on it is there, and how many bytes it has with its end. */
export interface Line {
  readonly number: number
  readonly offset: number
  readonly bytes: number
}

/** A text's bytes, a part at a time: a checksum of a long one takes no memory of its own. */
const part = Buffer.allocUnsafeSlow(64 * 1024)

const checksumOf = (ascii: string, before: number): number => {
  let checksum = before
  for (let at = 0; at < ascii.length; at += part.byteLength) {
    const size = part.write(ascii.slice(at, at + part.byteLength), 'latin1')
    checksum = crc32(part.subarray(0, size), checksum)
  }
  return checksum
}

/** Of texts one after another, which are not put together for that: the last one may be long. */
const checksum = (...ascii: string[]): string =>
  ascii
    .reduce((before, text) => checksumOf(text, before), 0)
    .toString(16)
    .padStart(8, '0')

/** Whether there is nothing to escape. JSON has no control characters below a space; to look for others is quick this way. */
const isPlain = (json: string): boolean => Buffer.byteLength(json) === json.length && !json.includes('\x7f')

/** NeDB also splits lines at U+0085, U+2028 and U+2029, which JSON leaves as they are. */
export const escaped = (json: string): string =>
  isPlain(json) ? json : json.replace(/[^\x20-\x7e]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

/**
 * Makes a line, without its end, of a document's JSON.
 *
 * @param plain - what of the JSON comes last and is known to need no escapes: to look for some in much takes long.
 */
export function sealLine(json: string, number: number, plain: readonly string[] = []): string {
  const texts = [escaped(json), ...plain]
  const numbers = `${number} ${texts.reduce((sum, { length }) => sum + length, 0)} `
  return `${checksum(numbers, ...texts)} ${numbers}${texts.join('')}`
}

/** The JSON within a line, or undefined if the line isn't the `number`th as it was written. */
export function unsealLine(line: string, number: number): string | undefined {
  const match = PREFIX.exec(line)
  if (match === null || Number(match[2]) !== number) return undefined
  if (checksum(line.slice(9)) !== match[1]) return undefined
  const json = line.slice(match[0].length)
  return json.length === Number(match[3]) ? json : undefined
}

/**
 * Whether a last line without an end is one that a crash has cut short, so that nobody was told of it. One that is as
 * long as it should be, and more, was whole once: its end has been damaged.
 */
export function isTorn(tail: string): boolean {
  const match = PREFIX.exec(tail.slice(0, LONGEST_PREFIX))
  return match === null || tail.length <= match[0].length + Number(match[3])
}
