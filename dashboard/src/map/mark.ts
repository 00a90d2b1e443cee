/** A ring around the chosen thing where it stands. */

import type { Place } from '../state/places.ts'

export class Mark {
  readonly #element = document.createElement('div')
  #at: Place | null = null

  constructor(container: HTMLElement) {
    this.#element.className = 'chosen-mark'
    this.#element.hidden = true
    container.append(this.#element)
  }

  set(at: Place | null): void {
    this.#at = at
    this.#element.hidden = at === null
  }

  place(project: (place: Place) => { readonly x: number; readonly y: number }): void {
    if (this.#at === null) return
    const { x, y } = project(this.#at)
    this.#element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`
  }
}
