import { NumberMap, type Places } from '../operators/number-map.js'
import type { Answer } from '../sources/answer.js'

/** An answer's index, term and time. */
const NUMBERS = 3

/**
 * Answers as bare numbers. There is one for each append that a session remembers: as many objects, which outlive the
 * young generation and die one by one in the old, would be most of what the collector has to do at a follower.
 */
class AnswerPlaces implements Places<Answer> {
  private readonly numbers: number[]

  constructor(count: number) {
    this.numbers = new Array<number>(NUMBERS * count).fill(0)
  }

  at(place: number): Answer {
    const { numbers } = this
    const at = NUMBERS * place
    return { index: numbers[at] ?? 0, term: numbers[at + 1] ?? 0, time: numbers[at + 2] ?? 0 }
  }

  put(place: number, { index, term, time }: Answer): void {
    const at = NUMBERS * place
    this.numbers[at] = index
    this.numbers[at + 1] = term
    this.numbers[at + 2] = time
  }

  /** A number keeps nothing. */
  clear(): void {
    return undefined
  }
}

const answerPlaces = (count: number): AnswerPlaces => new AnswerPlaces(count)

/** The answers of a session, by the numbers of its appends. */
export const answerMap = (): NumberMap<Answer> => new NumberMap<Answer>(answerPlaces)
