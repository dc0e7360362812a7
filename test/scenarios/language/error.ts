/** Where in a story something is. */
export interface Place {
  readonly file: string
  readonly line: number
}

/** What is wrong with a story, or with what happens in it, and where. */
export class ScenarioError extends Error {
  constructor({ file, line }: Place, why: string) {
    super(`${file}:${line}: ${why}`)
    this.name = 'ScenarioError'
  }
}
