/** A word beside the pointer on what lies under it. */

import type { Point } from '../vehicles/affine.ts'

export class Tip {
  readonly #element = document.createElement('div')

  constructor(container: HTMLElement) {
    this.#element.className = 'map-tip'
    this.#element.hidden = true
    // A click says the same, and keyboards have the lists.
    this.#element.setAttribute('aria-hidden', 'true')
    container.append(this.#element)
  }

  show(text: string | null, { x, y }: Point): void {
    this.#element.hidden = text === null
    if (text === null) return
    this.#element.textContent = text
    this.#element.style.transform = `translate(${x.toFixed(0)}px, ${y.toFixed(0)}px)`
  }
}
