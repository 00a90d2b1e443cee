/**
 * Vehicles that from far away would be dots on each other, told in groups. Cells are of the world and not of the
 * screen, so a map that is moved keeps its groups.
 */

import type { VehicleType } from '../contract/vehicle.ts'
import type { Box } from './mercator.ts'

/** Below this zoom a thousand vehicles, or fewer, are told in groups. */
const CLUSTER_ZOOM = 11.5
const FEW = 1_000
/** What is looked at so closely is a street. */
const DEEPEST_ZOOM = 15

/** How far apart groups lie at least. */
const CELL_PX = 64
const GAP_PX = 4

export interface Spot {
  readonly id: string
  readonly type: VehicleType
  /** Mercator, 0 to 1. */
  readonly x: number
  readonly y: number
}

export interface Cluster {
  /** Mercator, the middle of its vehicles. */
  readonly x: number
  readonly y: number
  readonly ids: readonly string[]
  readonly counts: ReadonlyMap<VehicleType, number>
  /** What holds all of them. */
  readonly box: Box
}

/** Below this zoom so many vehicles are told in groups: the more there are, the nearer one has to be to see each. */
export function clusterZoom(count: number): number {
  return Math.min(DEEPEST_ZOOM, CLUSTER_ZOOM + Math.log2(Math.max(1, count / FEW)) / 2)
}

/** `pxPerUnit`: how wide the world is, px. Groups of one are vehicles as ever, and are left out. */
export function clustersOf(spots: Iterable<Spot>, pxPerUnit: number): readonly Cluster[] {
  const cells = new Map<string, Spot[]>()
  const cell = cellUnits(pxPerUnit)
  for (const spot of spots) {
    const key = `${Math.floor(spot.x / cell)} ${Math.floor(spot.y / cell)}`
    const inside = cells.get(key)
    if (inside === undefined) cells.set(key, [spot])
    else inside.push(spot)
  }
  return apart([...cells.values()], pxPerUnit).filter(({ ids }) => ids.length > 1)
}

/** CSS px: a group of a hundred is not a hundred times as large. */
export function radiusPx(count: number): number {
  return Math.min(22, 8 + 1.6 * Math.log2(count))
}

/** The same at zooms that are nearly the same: groups stay while somebody zooms a little. */
function cellUnits(pxPerUnit: number): number {
  return 2 ** (Math.round(2 * Math.log2(CELL_PX / pxPerUnit)) / 2)
}

/** Groups that meet at the edge of their cells would lie on each other: the larger one takes the other in. */
function apart(groups: readonly (readonly Spot[])[], pxPerUnit: number): readonly Cluster[] {
  const all = [...groups].sort((one, other) => other.length - one.length)
  const kept: { readonly spots: readonly Spot[]; readonly cluster: Cluster }[] = []
  for (const spots of all) {
    const cluster = clusterOf(spots)
    const at = kept.findIndex((one) => {
      const reach = radiusPx(spots.length) + radiusPx(one.spots.length) + GAP_PX
      return Math.hypot(cluster.x - one.cluster.x, cluster.y - one.cluster.y) * pxPerUnit < reach
    })
    const other = kept[at]
    if (other === undefined) {
      kept.push({ spots, cluster })
    } else {
      const together = [...other.spots, ...spots]
      kept[at] = { spots: together, cluster: clusterOf(together) }
    }
  }
  return kept.map(({ cluster }) => cluster)
}

function clusterOf(spots: readonly Spot[]): Cluster {
  const counts = new Map<VehicleType, number>()
  let [sumX, sumY, west, north, east, south] = [0, 0, Infinity, Infinity, -Infinity, -Infinity]
  for (const { type, x, y } of spots) {
    counts.set(type, (counts.get(type) ?? 0) + 1)
    sumX += x
    sumY += y
    west = Math.min(west, x)
    north = Math.min(north, y)
    east = Math.max(east, x)
    south = Math.max(south, y)
  }
  const ids = spots.map(({ id }) => id)
  return { x: sumX / ids.length, y: sumY / ids.length, ids, counts, box: { west, north, east, south } }
}
