/** The gateway's clock, as far as this browser can tell: ages are counted by it, for a desk's clock may be wrong. */

const KEPT = 12

export class ServerClock {
  #offsets: number[] = []

  /** The gateway said at `nowMs` (of this browser) that it is `serverMs`. */
  hear(serverMs: number, nowMs: number): void {
    this.#offsets = [...this.#offsets, serverMs - nowMs].slice(-KEPT)
  }

  /** Milliseconds that the gateway's clock is ahead. What was under way longest says too little. */
  get offsetMs(): number {
    return this.#offsets.length === 0 ? 0 : Math.max(...this.#offsets)
  }
}
