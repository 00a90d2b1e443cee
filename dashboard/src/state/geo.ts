/** Distances on the ground. */

import type { Place } from './places.ts'

/** Mean radius (IUGG), as the gateway has it. */
const EARTH_RADIUS_M = 6_371_008.8

/** As the crow flies, m (haversine): the short way, over the 180th meridian too. */
export function distanceM(from: Place, to: Place): number {
  const [south, north] = [radians(from.lat), radians(to.lat)]
  const across = Math.cos(south) * Math.cos(north) * Math.sin(radians(to.lon - from.lon) / 2) ** 2
  const along = Math.sin((north - south) / 2) ** 2
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(along + across)))
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180
}
