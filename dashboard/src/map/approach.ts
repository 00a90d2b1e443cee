/** The lines of the chosen incident: they go along with its unit, as it is drawn. */

import type { FeatureCollection, LineString } from 'geojson'

import type { Help } from '../state/incident.ts'
import type { Place } from '../state/places.ts'
import { Follower } from './follower.ts'
import { mayMove } from './movement.ts'
import { approachFeatures, type ApproachProperties } from './sources.ts'

export type Legs = FeatureCollection<LineString, ApproachProperties>

/** The map cuts each new line into tiles: ten times a second nobody sees it step. */
const EVERY_MS = 100

export class Approach {
  readonly #draw: (legs: Legs | null) => void
  readonly #follower = new Follower((place) => {
    this.#move(place)
  })
  #help: Help | null = null
  #unitAt: Place | null = null
  #drawnMs = 0
  /** What is drawn; null while nothing is. */
  legs: Legs | null = null

  constructor(draw: (legs: Legs | null) => void) {
    this.#draw = draw
  }

  set(help: Help | null): void {
    const unit = help?.unit ?? null
    // One that is known goes on along its way.
    if (unit?.id !== this.#help?.unit?.id) this.#unitAt = unit
    this.#help = help
    this.#follower.take(unit, mayMove())
    this.#show()
  }

  /** There is no map any more. */
  end(): void {
    this.#follower.take(null, false)
  }

  #move(place: Place): void {
    const now = performance.now()
    if (now - this.#drawnMs < EVERY_MS || (place.lon === this.#unitAt?.lon && place.lat === this.#unitAt.lat)) return
    this.#drawnMs = now
    this.#unitAt = place
    this.#show()
  }

  #show(): void {
    this.legs = this.#help === null ? null : approachFeatures(this.#help, this.#unitAt)
    this.#draw(this.legs)
  }
}
