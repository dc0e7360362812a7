import type { Random } from '../../streams/contracts/clock.js'

/** What a network does to messages. Probabilities are in [0, 1], durations in milliseconds. */
export interface Faults {
  /** How likely a message is lost. */
  readonly drop: number
  /** How likely a message arrives twice. */
  readonly duplicate: number
  /** How likely a message may be overtaken by those sent after it; all others on a link keep their order. */
  readonly reorder: number
  /** How long a message is under way, drawn evenly from between the two. */
  readonly delayMs: readonly [least: number, most: number]
  /** How likely a message takes much longer, most often a little, seldom up to `tailMs`. */
  readonly tail: number
  readonly tailMs: number
  /** How likely a message arrives once more, up to `replayMs` later, whoever has the addresses by then. */
  readonly replay: number
  readonly replayMs: number
}

/** A network that does nothing wrong and takes a tenth of a millisecond. */
export const NO_FAULTS: Faults = {
  drop: 0,
  duplicate: 0,
  reorder: 0,
  delayMs: [0.1, 0.1],
  tail: 0,
  tailMs: 1000,
  replay: 0,
  replayMs: 10_000,
}

/** Whether something of this probability happens. What can't happen draws nothing. */
export const happens = (random: Random, probability: number): boolean => probability > 0 && random.next() < probability

/** How long a message is under way. */
export function drawDelay(faults: Faults, random: Random): number {
  const [least, most] = faults.delayMs
  const usual = most > least ? least + random.next() * (most - least) : least
  if (!happens(random, faults.tail)) return usual
  return Math.min(faults.tailMs, Math.max(usual, 1) / (1 - random.next()))
}
