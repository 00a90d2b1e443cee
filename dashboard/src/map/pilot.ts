/** Moves the map: there and back, into what the panels leave free, and along with who is followed. */

import type { Map as GlMap } from 'maplibre-gl'

import type { Bounds } from '../contract/model.ts'
import type { Vehicle } from '../contract/vehicle.ts'
import type { Camera } from '../state/camera.ts'
import type { Place } from '../state/places.ts'
import type { Point } from '../vehicles/affine.ts'
import { Follower } from './follower.ts'
import { NARROW, paddingOf, type Padding } from './frame.ts'
import { mayMove } from './movement.ts'

const FLIGHT_MS = 900
const STEP_MS = 180
const NEAR_ZOOM = 15
/** Farther away nobody sees that the map moves. */
const FOLLOW_ZOOM = 13
/** A thing and its ring. */
const UNCOVERED_PX = 40

export class Pilot {
  readonly #map: GlMap
  readonly #scale: () => number
  readonly #follower = new Follower((place) => {
    this.#centre(place)
  })
  /** Whether the sheet of a narrow screen lies open over the map. */
  #hasSheet = false
  /** What is all of the city, while all of it is shown. */
  #whole: Bounds | null = null

  constructor(map: GlMap, scale: () => number) {
    this.#map = map
    this.#scale = scale
    map.on('movestart', (event) => {
      // Of a hand, or a wheel.
      if ('originalEvent' in event && event.originalEvent !== undefined) this.#whole = null
    })
  }

  /** What is in the middle between the panels stays there. */
  zoomBy(steps: number): void {
    this.#whole = null
    const { clientWidth, clientHeight } = this.#map.getContainer()
    const { x, y } = this.#offset
    const around = this.#map.unproject([clientWidth / 2 + x, clientHeight / 2 + y])
    this.#map.easeTo({ zoom: this.#map.getZoom() + steps, around, duration: this.#duration(STEP_MS) })
  }

  /** All of the city, north up, until somebody moves the map. */
  showWhole(bounds: Bounds, { flies = true } = {}): void {
    this.fit(bounds, { flies })
    this.#whole = bounds
  }

  /** A sheet that comes over it takes the lower part: what is in the middle goes on being in the middle. */
  setSheet(isOpen: boolean): void {
    if (isOpen === this.#hasSheet) return
    const before = this.#offset
    this.#hasSheet = isOpen
    if (this.#offset.y === before.y) return
    if (this.#whole !== null) this.showWhole(this.#whole)
    else this.#map.panBy([0, before.y - this.#offset.y], { duration: this.#duration(STEP_MS) })
  }

  fit([west, south, east, north]: Bounds, { turns = true, flies = true } = {}): void {
    this.#whole = null
    this.#map.fitBounds([west, south, east < west ? east + 360 : east, north], {
      padding: this.#padding,
      bearing: turns ? 0 : this.#map.getBearing(),
      maxZoom: 16,
      duration: flies ? this.#duration(FLIGHT_MS) : 0,
    })
  }

  goTo({ lon, lat }: Place, nearZoom = NEAR_ZOOM): void {
    const { x, y } = this.#offset
    this.#whole = null
    this.#map.flyTo({
      center: [lon, lat],
      zoom: Math.max(nearZoom, this.#map.getZoom()),
      offset: [x, y],
      duration: this.#duration(FLIGHT_MS),
    })
  }

  look({ lon, lat, zoom, bearingDeg }: Camera): void {
    this.#whole = null
    this.#map.flyTo({ center: [lon, lat], zoom, bearing: bearingDeg, duration: this.#duration(FLIGHT_MS) })
  }

  /** On a narrow screen, moves just so far that a place lies free of the sheet that has opened for it. */
  uncover({ lon, lat }: Place): void {
    if (this.#whole !== null || !this.#isNarrow) return
    const { y } = this.#map.project([lon, lat])
    const { top, bottom } = this.#padding
    const lowest = this.#map.getContainer().clientHeight - bottom - UNCOVERED_PX
    const freeY = Math.min(Math.max(y, top + UNCOVERED_PX), lowest)
    this.#map.panBy([0, y - freeY], { duration: this.#duration(STEP_MS) })
  }

  /** Goes to who is followed from now on, and stays with them. */
  follow(vehicle: Vehicle | null): void {
    const isNew = vehicle !== null && !this.#follower.isFollowing
    this.#follower.take(vehicle, mayMove())
    if (isNew) this.goTo(vehicle, FOLLOW_ZOOM)
    if (isNew || vehicle === null) this.#zoomAround(vehicle === null ? undefined : { around: 'center' })
  }

  /** Who zooms keeps in the middle what is followed. */
  #zoomAround(options: { readonly around: 'center' } | undefined): void {
    for (const handler of [this.#map.scrollZoom, this.#map.touchZoomRotate]) {
      handler.disable()
      handler.enable(options)
    }
  }

  /** In the middle between the panels. While somebody flies, zooms or turns the map, they have it. */
  #centre(place: Place): void {
    const map = this.#map
    if (map.isMoving()) return
    const at = map.project([place.lon, place.lat])
    const { x, y } = this.#offset
    map.jumpTo({ center: map.unproject([at.x - x, at.y - y]) })
  }

  /** From the window's middle to the one between the panels, px. */
  get #offset(): Point {
    const { top, right, bottom, left } = this.#padding
    return { x: (left - right) / 2, y: (top - bottom) / 2 }
  }

  get #isNarrow(): boolean {
    return window.matchMedia(NARROW).matches
  }

  get #padding(): Padding {
    return paddingOf(this.#isNarrow, this.#scale(), this.#map.getContainer().clientHeight, this.#hasSheet)
  }

  #duration(ms: number): number {
    return mayMove() ? ms : 0
  }
}
