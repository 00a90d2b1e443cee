/** What the map is made of: GeoJSON out of the city model and of what stands. */

import type { Feature, FeatureCollection, LineString, Point } from 'geojson'

import type { ModelRoad, Position } from '../contract/model.ts'
import { targetOf, type Help } from '../state/incident.ts'
import type { Place } from '../state/places.ts'
import { stretches, type Stretch, type Trail } from '../state/trail.ts'
import { clearing } from './clearing.ts'
import { sides } from './twins.ts'
import { widthOf } from './widths.ts'

export const ROADS = 'roads'
export const AREAS = 'areas'
export const PLACES = 'places'
export const TRAIL = 'trail'
export const APPROACH = 'approach'
/** The property that a road's state hangs on. */
export const ROAD_ID = 'road_id'

export const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] }

export interface RoadProperties {
  readonly road_id: string
  readonly name: string
  readonly width: number
  /** To which side a road moves to leave room for the one that leads back: 1 right, -1 left, 0 none. */
  readonly side: number
}

export function roadFeatures(roads: Iterable<ModelRoad>): FeatureCollection<LineString, RoadProperties> {
  const all = [...roads]
  const sideOf = sides(all)
  return {
    type: 'FeatureCollection',
    features: all.map((road) => ({
      type: 'Feature',
      geometry: { type: 'LineString', coordinates: road.line.map(([lon, lat]) => [lon, lat]) },
      properties: { road_id: road.id, name: road.name, width: widthOf(road), side: sideOf.get(road.id) ?? 0 },
    })),
  }
}

/** The districts' names, each near the middle of its roads, where no road runs through it. */
export function areaFeatures(roads: Iterable<ModelRoad>): FeatureCollection<Point, { readonly name: string }> {
  const lines = new Map<string, Position[]>()
  for (const { area, line } of roads) {
    if (area !== null) lines.set(area, [...(lines.get(area) ?? []), ...line])
  }
  return {
    type: 'FeatureCollection',
    features: [...lines].map(([name, line]) => ({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [...clearing(line)] },
      properties: { name },
    })),
  }
}

export const PLACE_KINDS = ['hospital', 'camera', 'station', 'sensor'] as const

export type PlaceKind = (typeof PLACE_KINDS)[number]

export interface StandingPlace {
  readonly kind: PlaceKind
  readonly id: string
  readonly name: string
  readonly lon: number
  readonly lat: number
}

export type PlaceProperties = Pick<StandingPlace, 'kind' | 'id' | 'name'>

export function placeFeatures(places: readonly StandingPlace[]): FeatureCollection<Point, PlaceProperties> {
  return {
    type: 'FeatureCollection',
    features: places.map(({ kind, id, name, lon, lat }): Feature<Point, PlaceProperties> => ({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [lon, lat] },
      properties: { kind, id, name },
    })),
  }
}

export function trailFeatures(trail: Trail): FeatureCollection<LineString, Pick<Stretch, 'age'>> {
  return {
    type: 'FeatureCollection',
    features: stretches(trail).map(({ points, age }) => ({
      type: 'Feature',
      geometry: { type: 'LineString', coordinates: unbroken(points.map(({ lon, lat }) => [lon, lat])) },
      properties: { age },
    })),
  }
}

/** `unit`: from who helps to where they go; `transfer`: from the scene to the hospital. */
export interface ApproachProperties {
  readonly leg: 'unit' | 'transfer'
}

/** `unitAt`: where the unit is drawn, a little behind where it said to be. */
export function approachFeatures(help: Help, unitAt: Place | null): FeatureCollection<LineString, ApproachProperties> {
  const { scene, hospital } = help
  return {
    type: 'FeatureCollection',
    features: [...leg('transfer', scene, hospital), ...leg('unit', unitAt, targetOf(help))],
  }
}

function leg(name: ApproachProperties['leg'], from: Place | null, to: Place | null): Feature<LineString, ApproachProperties>[] {
  if (from === null || to === null) return []
  const coordinates = unbroken([from, to].map(({ lon, lat }) => [lon, lat]))
  return [{ type: 'Feature', geometry: { type: 'LineString', coordinates }, properties: { leg: name } }]
}

/** Over the 180th meridian a line goes on, rather than round the world. */
function unbroken(line: readonly Position[]): number[][] {
  let before = line[0]?.[0] ?? 0
  return line.map(([lon, lat]) => {
    before += lon - before - 360 * Math.round((lon - before) / 360)
    return [before, lat]
  })
}
