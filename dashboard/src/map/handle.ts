/** What the panels may ask of the map, without knowing what draws it. */

import type { Place } from '../state/places.ts'

export interface MapHandle {
  readonly zoomBy: (steps: number) => void
  /** The whole city, north up. */
  readonly showAll: () => void
  readonly goTo: (place: Place) => void
}

let current: MapHandle | null = null

export function setMapHandle(handle: MapHandle | null): void {
  current = handle
}

/** Null until there is a map. */
export function mapHandle(): MapHandle | null {
  return current
}
