/**
 * A link to what somebody looks at, as the page's address has it behind `#`:
 *
 *     map=13.25/48.14000/11.57000/-20&select=vehicle:ab%2Fc&layers=vehicles,incidents&hide=car,taxi&follow=1
 *     map=13.25/48.14000/11.57000&trends=road-1,road-2&range=week
 *
 * Zoom, latitude, longitude and, if the map is turned, degrees; the chosen thing; layers that are shown; types of
 * vehicles that are not; whether the map goes along with the chosen vehicle; roads whose trends are shown (none: those
 * of the whole city) and of how long; `time=2026-11-28T08:15Z`, a minute that is looked at instead of now, or `ahead=15`,
 * a forecast of so many minutes from whenever the link is opened. What is as it is by default is left out.
 */

import { VEHICLE_TYPES } from '../contract/vehicle.ts'
import { stopOf, type Stop } from './ahead.ts'
import { readCamera, writeCamera, type Camera } from './camera.ts'
import type { Past } from './past.ts'
import { SELECTABLE, type Selection } from './selection.ts'
import { CITY_TRENDS, TREND_RANGES, withRoad, type Trends } from './trends.ts'
import { DEFAULT_LAYERS, LAYERS, selected, type Layers, type View } from './view.ts'

/** What of a view two people share. */
export type Shared = Pick<View, 'selection' | 'layers' | 'hiddenTypes' | 'follows' | 'trends'>

export interface Link {
  /** Null of a link that does not say where. */
  readonly camera: Camera | null
  /** What is absent stays as it is. A link of a whole view has it all, so that each who opens it sees the same. */
  readonly shared: Partial<Shared>
  /** The past minute that is looked at; null of now. */
  readonly atMs?: number | null
  /** How far ahead is looked; absent: not at all. */
  readonly ahead?: Stop
}

/** What other time than now is looked at. */
type Looked = Pick<Past, 'atMs' | 'ahead'>

const DEFAULTS: Shared = { selection: null, layers: DEFAULT_LAYERS, hiddenTypes: [], follows: false, trends: null }

/** Null of what is no link to a view. Words of a later version are passed over. */
export function readLink(hash: string): Link | null {
  const text = hash.replace(/^#/, '')
  // As links were before there was more to tell than a place.
  const place = readCamera(text)
  if (place !== null) return { camera: place, shared: {} }
  const parts = new Map(text.split('&').map(partOf))
  const camera = readCamera(parts.get('map') ?? '')
  const shared = {
    ...selectionOf(parts.get('select')),
    ...layersOf(parts.get('layers')),
    ...hiddenOf(parts.get('hide')),
    ...(parts.get('follow') === '1' ? { follows: true } : {}),
    ...trendsOf(parts.get('trends'), parts.get('range')),
  }
  const atMs = minuteOf(parts.get('time'))
  const stop = stopOf(Number(parts.get('ahead')))
  const looked = { atMs, ...(stop === null ? {} : { ahead: stop }) }
  if (camera !== null) return { camera, shared: { ...DEFAULTS, ...shared }, ...looked }
  if (atMs !== null || stop !== null) return { camera, shared, ...looked }
  return Object.keys(shared).length === 0 ? null : { camera, shared }
}

/** The part of an address behind `#`. `looked`: null of now. */
export function writeLink(camera: Camera, shared: Shared, looked: Looked | null = null): string {
  const { selection, layers, hiddenTypes, follows, trends } = shared
  const id = selection === null ? null : encoded(selection.id)
  return [
    `map=${writeCamera(camera)}`,
    ...(selection === null || id === null ? [] : [`select=${selection.kind}:${id}`]),
    ...(LAYERS.every((layer) => layers[layer] === DEFAULT_LAYERS[layer])
      ? []
      : [`layers=${LAYERS.filter((layer) => layers[layer]).join(',')}`]),
    ...(hiddenTypes.length === 0 ? [] : [`hide=${VEHICLE_TYPES.filter((type) => hiddenTypes.includes(type)).join(',')}`]),
    ...(follows && selection?.kind === 'vehicle' && id !== null ? ['follow=1'] : []),
    ...(trends === null ? [] : [`trends=${trends.roads.flatMap((one) => itemOf(one) ?? []).join(',')}`]),
    ...(trends === null || trends.range === CITY_TRENDS.range ? [] : [`range=${trends.range}`]),
    ...(looked === null ? [] : [looked.ahead === null ? `time=${new Date(looked.atMs).toISOString().slice(0, 16)}Z` : `ahead=${looked.ahead}`]),
  ].join('&')
}

/** A view that shows what a link tells of. */
export function withLink(view: View, { shared: { selection, follows, ...shared } }: Link): View {
  const chosen = selection === undefined ? view : selected(view, selection)
  return { ...chosen, ...shared, follows: follows === true && chosen.selection?.kind === 'vehicle' }
}

export function isSameShared(one: Shared, other: Shared): boolean {
  return (
    one.selection === other.selection &&
    one.layers === other.layers &&
    one.hiddenTypes === other.hiddenTypes &&
    one.follows === other.follows &&
    one.trends === other.trends
  )
}

function partOf(part: string): readonly [name: string, value: string | undefined] {
  const at = part.indexOf('=')
  return at < 0 ? [part, undefined] : [part.slice(0, at), decoded(part.slice(at + 1))]
}

function selectionOf(text = ''): { readonly selection?: Selection } {
  const at = text.indexOf(':')
  const kind = SELECTABLE.find((one) => one === text.slice(0, at))
  const id = text.slice(at + 1)
  return kind === undefined || id === '' ? {} : { selection: { kind, id } }
}

const MINUTE = /^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/

function minuteOf(text = ''): number | null {
  const ms = MINUTE.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(ms) ? null : ms
}

/** `layers=` alone is a map without any. */
function layersOf(text: string | undefined): { readonly layers?: Layers } {
  if (text === undefined) return {}
  const words = text.split(',')
  return { layers: Object.fromEntries(LAYERS.map((layer) => [layer, words.includes(layer)])) as Layers }
}

function hiddenOf(text: string | undefined): Partial<Pick<Shared, 'hiddenTypes'>> {
  if (text === undefined) return {}
  const words = text.split(',')
  return { hiddenTypes: VEHICLE_TYPES.filter((type) => words.includes(type)) }
}

/** `trends=` alone is the whole city. */
function trendsOf(text: string | undefined, range: string | undefined): { readonly trends?: Trends } {
  if (text === undefined) return {}
  const roads = text.split(',').flatMap((item) => decoded(item) ?? [])
  const ofNone = { ...CITY_TRENDS, range: TREND_RANGES.find((one) => one === range) ?? CITY_TRENDS.range }
  return { trends: roads.filter((id) => id !== '').reduce(withRoad, ofNone) }
}

/** Programs that find links in texts leave these out at a link's end. */
const LOOSE = /[!'()*.]/g

/** Null of half a character, which no address can hold. */
function encoded(id: string): string | null {
  try {
    return encodeURIComponent(id).replace(LOOSE, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
  } catch {
    return null
  }
}

/** Twice, so that a comma in it is no end of it. */
function itemOf(id: string): string | null {
  const once = encoded(id)
  return once === null ? null : encoded(once)
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
