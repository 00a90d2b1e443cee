/** What the gateway sent and nobody could use: each kind is logged once, and all are counted. */

export class Complaints {
  readonly #counts = new Map<string, number>()
  readonly #log: (line: string) => void

  constructor(
    log: (line: string) => void = (line) => {
      console.warn(line)
    },
  ) {
    this.#log = log
  }

  add(kind: string, detail: string): void {
    const count = (this.#counts.get(kind) ?? 0) + 1
    this.#counts.set(kind, count)
    if (count === 1) this.#log(`${kind}: ${detail}`)
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#counts
  }
}
