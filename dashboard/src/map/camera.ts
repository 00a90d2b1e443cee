/** Where the map looks, as the page's address has it: a look can be sent to somebody. */

export interface Camera {
  readonly lon: number
  readonly lat: number
  readonly zoom: number
  readonly bearingDeg: number
}

const HASH = /^#(\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)(?:\/(-?\d+(?:\.\d+)?))?$/

/** Null of an address that has none. */
export function cameraOf(hash: string): Camera | null {
  const found = HASH.exec(hash)
  if (found === null) return null
  const [zoom, lat, lon, bearingDeg] = found.slice(1).map((part) => Number(part || 0))
  if (zoom === undefined || lat === undefined || lon === undefined || bearingDeg === undefined) return null
  if (zoom > 24 || Math.abs(lat) > 85 || Math.abs(lon) > 360) return null
  return { lon, lat, zoom, bearingDeg }
}

export function hashOf({ lon, lat, zoom, bearingDeg }: Camera): string {
  const turned = Math.abs(bearingDeg) < 0.05 ? '' : `/${bearingDeg.toFixed(1)}`
  return `#${zoom.toFixed(2)}/${lat.toFixed(5)}/${lon.toFixed(5)}${turned}`
}
