/** Web Mercator: the world from 0 to 1, east and south. */

export interface Box {
  readonly west: number
  readonly north: number
  readonly east: number
  readonly south: number
}

const EARTH_M = 40_075_016.7

export function mercatorX(lon: number): number {
  return (lon + 180) / 360
}

export function mercatorY(lat: number): number {
  const sine = Math.sin((lat * Math.PI) / 180)
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)
}

export function lonOf(x: number): number {
  return x * 360 - 180
}

export function latOf(y: number): number {
  return (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI
}

/** Metres that one unit is at this latitude. */
export function metresPerUnit(y: number): number {
  return EARTH_M / Math.cosh(Math.PI * (1 - 2 * y))
}
