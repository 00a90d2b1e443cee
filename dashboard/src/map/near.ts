/** What part of the city is looked at closely: there, vehicles are asked for more often. */

import type { Bounds } from '../contract/model.ts'

const NEAR_ZOOM = 13
/** Beside the window as much again as half of it: who moves the map a little finds what is there. */
const MARGIN = 0.5
/** A part that has more than the window this many times is more than is looked at. */
const MOST = 16

/** Where the map looks; longitudes go on beyond 180 where it was turned round the world. */
export interface Sight {
  readonly zoom: number
  readonly west: number
  readonly south: number
  readonly east: number
  readonly north: number
}

/** Null from afar. `before` stays as long as it will do: each other part is asked for anew. */
export function nearOf(sight: Sight, before: Bounds | null): Bounds | null {
  if (sight.zoom < NEAR_ZOOM) return null
  return before !== null && holds(before, sight) ? before : around(sight)
}

function around({ west, south, east, north }: Sight): Bounds {
  const [beside, above] = [(east - west) * MARGIN, (north - south) * MARGIN]
  const [low, high] = [Math.max(-90, south - above), Math.min(90, north + above)]
  if (east - west + 2 * beside >= 360) return [-180, low, 180, high]
  return [wrapped(west - beside), low, wrapped(east + beside), high]
}

function holds([west, south, east, north]: Bounds, sight: Sight): boolean {
  const width = east - west + (east < west ? 360 : 0)
  const from = (((sight.west - west) % 360) + 360) % 360
  const isInside = from + sight.east - sight.west <= width && sight.south >= south && sight.north <= north
  return isInside && width * (north - south) <= MOST * (sight.east - sight.west) * (sight.north - sight.south)
}

/** RFC 7946, 5.2: over the 180th meridian west is the greater one. */
function wrapped(lon: number): number {
  return lon >= -180 && lon <= 180 ? lon : ((((lon + 180) % 360) + 360) % 360) - 180
}
