/** How often each thing happened: shows whether a world, or many, went where bugs may be. */
export class Tally {
  readonly #counts = new Map<string, number>()

  count(name: string, times = 1): void {
    if (times > 0) this.#counts.set(name, (this.#counts.get(name) ?? 0) + times)
  }

  add(other: Tally): void {
    for (const [name, times] of other.#counts) this.count(name, times)
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0
  }

  /** `name` and how often, by name. */
  entries(): [string, number][] {
    return [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1))
  }
}
