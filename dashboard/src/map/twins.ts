/** Roads that lead the same way back lie on each other from afar: each moves to its own side. */

import type { ModelRoad, Position } from '../contract/model.ts'

/** Cells of about 100 m: the ends of a road and of the one that leads back lie within two of them. */
const CELL_DEG = 0.001

export function sides(roads: readonly ModelRoad[]): ReadonlyMap<string, number> {
  const byStart = new Map<string, ModelRoad[]>()
  for (const road of roads) {
    const cell = cellOf(first(road), 0, 0)
    byStart.set(cell, [...(byStart.get(cell) ?? []), road])
  }
  const found = new Map<string, number>()
  for (const road of roads) {
    const twin = twinOf(road, byStart)
    if (twin !== undefined) found.set(road.id, sideFrom(road, twin))
  }
  return found
}

function twinOf(road: ModelRoad, byStart: ReadonlyMap<string, readonly ModelRoad[]>): ModelRoad | undefined {
  for (let east = -1; east <= 1; east += 1) {
    for (let north = -1; north <= 1; north += 1) {
      const twin = byStart
        .get(cellOf(last(road), east, north))
        ?.find((other) => other.id !== road.id && isNear(last(other), first(road)) && isNear(middle(other), middle(road)))
      if (twin !== undefined) return twin
    }
  }
  return undefined
}

/** Away from the twin: to the right where it lies on the left, and where they lie on each other. */
function sideFrom(road: ModelRoad, twin: ModelRoad): number {
  const [x0, y0] = first(road)
  const [x1, y1] = last(road)
  const [mx, my] = middle(road)
  const [tx, ty] = middle(twin)
  const left = (x1 - x0) * (ty - my) - (y1 - y0) * (tx - mx)
  return left < 0 ? -1 : 1
}

function isNear(one: Position, other: Position): boolean {
  return Math.abs(one[0] - other[0]) <= CELL_DEG && Math.abs(one[1] - other[1]) <= CELL_DEG
}

function cellOf([lon, lat]: Position, east: number, north: number): string {
  return `${Math.floor(lon / CELL_DEG) + east} ${Math.floor(lat / CELL_DEG) + north}`
}

function first({ line }: ModelRoad): Position {
  return line[0] ?? [0, 0]
}

function last({ line }: ModelRoad): Position {
  return line.at(-1) ?? [0, 0]
}

/** Of the way, near enough: between the two points in the middle. */
function middle({ line }: ModelRoad): Position {
  const low = line[Math.floor((line.length - 1) / 2)] ?? [0, 0]
  const high = line[Math.ceil((line.length - 1) / 2)] ?? low
  return [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2]
}
