/** Incidents above everything else: each a button at its place, so that a pointer, a screen reader and a test find it. */

import { STRINGS } from '../strings.ts'
import type { PlacedIncident } from './orders.ts'
import type { Place } from '../state/places.ts'

type Project = (place: Place) => { readonly x: number; readonly y: number }

export class IncidentMarkers {
  readonly #layer = document.createElement('div')
  readonly #markers = new Map<string, { readonly element: HTMLButtonElement; at: Place }>()
  readonly #choose: (id: string) => void
  #chosen: string | null = null

  constructor(container: HTMLElement, choose: (id: string) => void) {
    this.#choose = choose
    this.#layer.className = 'incident-layer'
    container.append(this.#layer)
  }

  /** The last lies above. */
  set(incidents: readonly PlacedIncident[]): void {
    const gone = new Set(this.#markers.keys())
    for (const { incident, at } of incidents) {
      gone.delete(incident.id)
      const marker = this.#markers.get(incident.id) ?? this.#add(incident.id, at)
      marker.at = at
      const { element } = marker
      element.dataset['severity'] = String(incident.severity)
      element.setAttribute('aria-label', STRINGS.incident.marker(incident))
      element.textContent = String(incident.severity)
      element.style.zIndex = String(incident.severity)
    }
    for (const id of gone) {
      this.#markers.get(id)?.element.remove()
      this.#markers.delete(id)
    }
  }

  choose(id: string | null): void {
    this.#chosen = id
    for (const [key, { element }] of this.#markers) element.classList.toggle('is-chosen', key === id)
  }

  place(project: Project): void {
    for (const { element, at } of this.#markers.values()) {
      const { x, y } = project(at)
      element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`
    }
  }

  remove(): void {
    this.#layer.remove()
  }

  #add(id: string, at: Place): { readonly element: HTMLButtonElement; at: Place } {
    const element = document.createElement('button')
    element.type = 'button'
    element.className = 'incident-marker'
    element.dataset['testid'] = 'incident-marker'
    element.dataset['incident'] = id
    // The list of incidents is where the keyboard goes.
    element.tabIndex = -1
    element.classList.toggle('is-chosen', id === this.#chosen)
    element.addEventListener('click', (event) => {
      event.stopPropagation()
      this.#choose(id)
    })
    this.#layer.append(element)
    const marker = { element, at }
    this.#markers.set(id, marker)
    return marker
  }
}
