/** Where the map looks, as an address writes it. */

export interface Camera {
  readonly lon: number
  readonly lat: number
  readonly zoom: number
  readonly bearingDeg: number
}

const WRITTEN = /^(\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)(?:\/(-?\d+(?:\.\d+)?))?$/

/** Null of what says no place. */
export function readCamera(text: string): Camera | null {
  const found = WRITTEN.exec(text)
  if (found === null) return null
  const [zoom, lat, lon, bearingDeg] = found.slice(1).map((part) => Number(part || 0))
  if (zoom === undefined || lat === undefined || lon === undefined || bearingDeg === undefined) return null
  if (zoom > 24 || Math.abs(lat) > 85 || Math.abs(lon) > 360) return null
  return { lon, lat, zoom, bearingDeg }
}

export function writeCamera({ lon, lat, zoom, bearingDeg }: Camera): string {
  const turned = Math.abs(bearingDeg) < 0.05 ? '' : `/${Number(bearingDeg.toFixed(1))}`
  return `${zoom.toFixed(2)}/${lat.toFixed(5)}/${lon.toFixed(5)}${turned}`
}
