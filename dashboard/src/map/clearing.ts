/** Where a name can stand among roads: near their middle, and away from each of them. */

import type { Position } from '../contract/model.ts'

/** Places that are tried, of each side. */
const TRIED = 11
/** Of the roads' extent: a name stands near the middle. */
const SPREAD = 0.6
/** What it counts to be away from the middle, beside being away from a road. */
const HOMESICK = 0.35
/** Points of a district's roads that are looked at. */
const MOST = 400

/** `points` of all roads, at least one. */
export function clearing(points: readonly Position[]): Position {
  const every = Math.max(1, Math.floor(points.length / MOST))
  const some = points.filter((_, at) => at % every === 0)
  const lons = some.map(([lon]) => lon)
  const lats = some.map(([, lat]) => lat)
  const [west, east, south, north] = [Math.min(...lons), Math.max(...lons), Math.min(...lats), Math.max(...lats)]
  const [midLon, midLat] = [(west + east) / 2, (south + north) / 2]
  const narrowing = Math.cos((midLat * Math.PI) / 180)
  const apart = (lon: number, lat: number, [otherLon, otherLat]: Position): number =>
    Math.hypot((lon - otherLon) * narrowing, lat - otherLat)
  let best: Position = [midLon, midLat]
  let bestWorth = -Infinity
  for (let column = 0; column < TRIED; column += 1) {
    for (let row = 0; row < TRIED; row += 1) {
      const lon = midLon + (column / (TRIED - 1) - 0.5) * SPREAD * (east - west)
      const lat = midLat + (row / (TRIED - 1) - 0.5) * SPREAD * (north - south)
      const free = Math.min(...some.map((point) => apart(lon, lat, point)))
      const worth = free - HOMESICK * apart(lon, lat, [midLon, midLat])
      if (worth > bestWorth) [best, bestWorth] = [[lon, lat], worth]
    }
  }
  return best
}
