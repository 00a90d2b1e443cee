/**
 * Where the city is built up: around its roads, drawn once on a small canvas that the map stretches. As wide lines
 * of the map itself they would lie on each other many times, and each frame would pay for it.
 */

import type { ModelRoad } from '../contract/model.ts'
import { latOf, lonOf, mercatorX, mercatorY, metresPerUnit, type Box } from '../vehicles/mercator.ts'

type Corner = [lon: number, lat: number]

export interface BuiltUp {
  readonly canvas: HTMLCanvasElement
  /** Upper left, then clockwise. */
  readonly corners: [Corner, Corner, Corner, Corner]
}

const REACH_M = 600
const SOFT_M = 300
const LONGEST_PX = 512

/** Null of a city without roads. */
export function drawBuiltUp(roads: readonly ModelRoad[], colour: string): BuiltUp | null {
  const frame = frameOf(roads)
  if (frame === null) return null
  const { west, north, east, south } = frame
  const pxPerUnit = LONGEST_PX / Math.max(east - west, south - north)
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round((east - west) * pxPerUnit))
  canvas.height = Math.max(1, Math.round((south - north) * pxPerUnit))
  const context = canvas.getContext('2d')
  if (context === null) return null
  const pxPerM = pxPerUnit / metresPerUnit((north + south) / 2)
  context.filter = `blur(${(SOFT_M * pxPerM).toFixed(1)}px)`
  context.strokeStyle = colour
  context.lineWidth = 2 * REACH_M * pxPerM
  context.lineCap = context.lineJoin = 'round'
  // One path: a stroke for each road would be blurred each by itself.
  context.beginPath()
  for (const { line } of roads) {
    for (const [at, [lon, lat]] of line.entries()) {
      const x = (nearest(mercatorX(lon), west) - west) * pxPerUnit
      const y = (mercatorY(lat) - north) * pxPerUnit
      if (at === 0) context.moveTo(x, y)
      else context.lineTo(x, y)
    }
  }
  context.stroke()
  const [left, right] = [lonOf(west), lonOf(east)]
  const [top, bottom] = [latOf(north), latOf(south)]
  return { canvas, corners: [[left, top], [right, top], [right, bottom], [left, bottom]] }
}

/** In Mercator, with room for what lies around the outermost roads. */
export function frameOf(roads: readonly ModelRoad[]): Box | null {
  const [start] = roads[0]?.line[0] ?? []
  if (start === undefined) return null
  let [west, east, north, south] = [Infinity, -Infinity, Infinity, -Infinity]
  for (const { line } of roads) {
    for (const [lon, lat] of line) {
      const x = nearest(mercatorX(lon), mercatorX(start))
      const y = mercatorY(lat)
      west = Math.min(west, x)
      east = Math.max(east, x)
      north = Math.min(north, y)
      south = Math.max(south, y)
    }
  }
  const room = (REACH_M + 2 * SOFT_M) / metresPerUnit((north + south) / 2)
  return { west: west - room, east: east + room, north: north - room, south: south + room }
}

/** A city over the 180th meridian is one. */
function nearest(x: number, to: number): number {
  return x - Math.round(x - to)
}
