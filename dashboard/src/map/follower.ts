/** Goes along with one vehicle: tells at each frame where it is, on the same way as it is drawn. */

import type { Vehicle } from '../contract/vehicle.ts'
import type { Place } from '../state/places.ts'
import { Fleet } from '../vehicles/fleet.ts'
import { fixOf } from '../vehicles/layer.ts'
import { latOf, lonOf } from '../vehicles/mercator.ts'
import type { Shown } from '../vehicles/motion.ts'

export class Follower {
  readonly #tell: (place: Place) => void
  #fleet = new Fleet()
  #id: string | null = null
  #frame: number | undefined
  readonly #shown: Shown = { x: 0, y: 0, headingDeg: null }

  constructor(tell: (place: Place) => void) {
    this.#tell = tell
  }

  get isFollowing(): boolean {
    return this.#id !== null
  }

  /** A word of the vehicle; null: of nobody any more. */
  take(vehicle: Vehicle | null, glides: boolean): void {
    if (vehicle?.id !== this.#id) {
      this.#fleet = new Fleet()
      this.#id = vehicle?.id ?? null
    }
    if (vehicle === null) {
      window.cancelAnimationFrame(this.#frame ?? 0)
      this.#frame = undefined
      return
    }
    this.#fleet.glides = glides
    this.#fleet.take([fixOf(vehicle)], [], performance.now())
    this.#frame ??= window.requestAnimationFrame(this.#step)
  }

  readonly #step = (): void => {
    const member = this.#id === null ? undefined : this.#fleet.get(this.#id)
    if (member === undefined) return
    const { x, y } = this.#fleet.shown(member, performance.now(), this.#shown)
    this.#tell({ lon: lonOf(x), lat: latOf(y) })
    this.#frame = window.requestAnimationFrame(this.#step)
  }
}
