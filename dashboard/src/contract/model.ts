/** The city model: what stands, whether it reports or not. */

import { Malformed, fieldsOf, list, numberOrNull, numberWithin, place, text, textOrNull, type Fields } from './fields.ts'

export type Position = readonly [lon: number, lat: number]

/** West, south, east, north; west is the greater one over the 180th meridian. */
export type Bounds = readonly [west: number, south: number, east: number, north: number]

export interface City {
  readonly name: string | null
  readonly bounds: Bounds | null
  readonly timeZone: string
  /** Null of a city whose map is drawn from its model alone. */
  readonly tiles: Tiles | null
}

/** Raster tiles that lie under the map. */
export interface Tiles {
  readonly url: string
  /** Whose they are: shown with them. */
  readonly attribution: string
  readonly maxZoom: number
}

export interface ModelRoad {
  readonly id: string
  readonly name: string
  readonly line: readonly Position[]
  readonly lengthM: number | null
  readonly freeFlowKmh: number | null
  readonly lanes: number | null
  readonly roadClass: string | null
  readonly area: string | null
}

export interface ModelPlace {
  readonly id: string
  readonly name: string
  readonly lon: number
  readonly lat: number
}

export function readCity(value: unknown): City {
  const of = fieldsOf(value, 'city')
  return {
    name: textOrNull(of, 'name'),
    bounds: boundsOf(of['bounds']),
    timeZone: zoneOf(text(of, 'timezone')),
    tiles: tilesOf(of['tiles']),
  }
}

export function readModelRoad(value: unknown): ModelRoad {
  const of = fieldsOf(value, 'feature')
  const properties = fieldsOf(of['properties'], 'properties')
  const id = text(of, 'id')
  return {
    id,
    name: textOrNull(properties, 'name') ?? id,
    line: lineOf(fieldsOf(of['geometry'], 'geometry')),
    lengthM: numberOrNull(properties, 'length_m'),
    freeFlowKmh: numberOrNull(properties, 'free_flow_kmh'),
    lanes: numberOrNull(properties, 'lanes'),
    roadClass: textOrNull(properties, 'class'),
    area: textOrNull(properties, 'area'),
  }
}

export function readHospital(value: unknown): ModelPlace {
  const of = fieldsOf(value, 'hospital')
  return { id: text(of, 'hospital_id'), name: text(of, 'name'), ...place(of) }
}

export function readSensor(value: unknown): ModelPlace {
  const of = fieldsOf(value, 'sensor')
  return { id: text(of, 'sensor_id'), name: text(of, 'road_id'), ...place(of) }
}

function lineOf(geometry: Fields): readonly Position[] {
  const line = list(geometry, 'coordinates').map(positionOf)
  if (line.length < 2) throw new Malformed('coordinates', 'are no line')
  return line
}

function positionOf(value: unknown): Position {
  const [lon, lat] = Array.isArray(value) ? (value as unknown[]) : []
  if (typeof lon !== 'number' || typeof lat !== 'number') throw new Malformed('coordinates', 'have no position')
  return [lon, lat]
}

function tilesOf(value: unknown): Tiles | null {
  if (value === null || value === undefined) return null
  const of = fieldsOf(value, 'tiles')
  return { url: text(of, 'url'), attribution: text(of, 'attribution'), maxZoom: numberWithin(of, 'max_zoom', 0, 24) }
}

function boundsOf(value: unknown): Bounds | null {
  if (!Array.isArray(value)) return null
  const [west, south, east, north] = value as unknown[]
  const all = [west, south, east, north]
  if (!all.every((one) => typeof one === 'number' && Number.isFinite(one))) return null
  return all as unknown as Bounds
}

/** A zone that the browser does not know must not stop the clock. */
function zoneOf(name: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return name
  } catch {
    return 'UTC'
  }
}
