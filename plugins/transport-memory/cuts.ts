/** Which addresses can't reach which. */
export class Cuts {
  /** `from` to all that it can't reach. */
  readonly #links = new Map<string, Set<string>>()
  readonly #isolated = new Set<string>()
  readonly #groups = new Map<string, number>()

  /** Cuts one direction only. */
  cut(from: string, to: string): void {
    const targets = this.#links.get(from) ?? new Set()
    this.#links.set(from, targets.add(to))
  }

  isolate(address: string): void {
    this.#isolated.add(address)
  }

  /** Replaces an earlier partition. Addresses in no group are together in one more. */
  partition(groups: readonly (readonly string[])[]): void {
    this.#groups.clear()
    groups.forEach((group, at) => group.forEach(address => this.#groups.set(address, at)))
  }

  /** Undoes one cut, or with no arguments everything. */
  heal(from?: string, to?: string): void {
    if (from !== undefined && to !== undefined) {
      this.#links.get(from)?.delete(to)
      return
    }
    this.#links.clear()
    this.#isolated.clear()
    this.#groups.clear()
  }

  /** Whether messages can't get from one to the other. */
  has(from: string, to: string): boolean {
    if (from === to) return false
    if (this.#isolated.size > 0 && (this.#isolated.has(from) || this.#isolated.has(to))) return true
    if (this.#groups.size > 0 && this.#groups.get(from) !== this.#groups.get(to)) return true
    return this.#links.size > 0 && this.#links.get(from)?.has(to) === true
  }
}
