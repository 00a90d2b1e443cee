/** What the panels may ask of the map, without knowing what draws it. */

import type { Bounds } from '../contract/model.ts'
import type { Camera } from '../state/camera.ts'
import type { Place } from '../state/places.ts'

export interface MapHandle {
  readonly zoomBy: (steps: number) => void
  /** The whole city, north up. */
  readonly showAll: () => void
  readonly goTo: (place: Place) => void
  /** All of something long, turned as the map is. */
  readonly goAround: (bounds: Bounds) => void
  /** Exactly there, as a link says. */
  readonly look: (camera: Camera) => void
}

let current: MapHandle | null = null

export function setMapHandle(handle: MapHandle | null): void {
  current = handle
}

/** Null until there is a map. */
export function mapHandle(): MapHandle | null {
  return current
}
