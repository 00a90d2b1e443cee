/** From one state to the next: what the map is to be told, and no more. */

import type { Incident } from '../contract/incident.ts'
import type { ModelRoad, Tiles } from '../contract/model.ts'
import type { Vehicle } from '../contract/vehicle.ts'
import { difference, type Difference } from '../state/collection.ts'
import { isFaded } from '../state/health.ts'
import { helpOf, type Help } from '../state/incident.ts'
import { ranked } from '../state/incidents.ts'
import { isAhead } from '../state/past.ts'
import { placeOf, type Place } from '../state/places.ts'
import { changedLevels, type RoadLevel } from '../state/roads.ts'
import { chosenId, type Selection } from '../state/selection.ts'
import type { CityState } from '../state/store.ts'
import type { Trail } from '../state/trail.ts'
import { shownThing, type Layers, type LevelColours, type Theme } from '../state/view.ts'
import type { StandingPlace } from './sources.ts'

/** What is absent stays as it is. */
export interface Orders {
  readonly tiles?: Tiles
  readonly roads?: Iterable<ModelRoad>
  readonly places?: readonly StandingPlace[]
  readonly levels?: readonly RoadLevel[]
  readonly vehicles?: Difference<Vehicle>
  readonly incidents?: readonly PlacedIncident[]
  readonly look?: {
    readonly theme: Theme
    readonly levelColours: LevelColours
    readonly layers: Layers
    readonly pale: boolean
  }
  readonly selection?: { readonly was: Selection | null; readonly is: Selection | null }
  /** Where the selected thing is marked; null where nothing is to be. */
  readonly mark?: Place | null
  /** A word of the vehicle that the map goes along with; null: with none any more. */
  readonly follow?: Vehicle | null
  /** Where the chosen vehicle was; null without one. */
  readonly trail?: Trail | null
  /** Who helps at the chosen incident, and where they go; null without one. */
  readonly approach?: Help | null
}

export interface PlacedIncident {
  readonly incident: Incident
  readonly at: Place
}

export function ordersBetween(before: CityState, after: CityState): Orders {
  const { shown, view, model } = after
  const isMoved = (topic: keyof typeof shown): boolean => before.shown[topic].things !== shown[topic].things
  const isOther = before.view.selection !== view.selection
  const hasOtherPlaces = before.model !== model || isMoved('cameras') || isMoved('weather')
  const hasOtherMark = isOther || hasOtherPlaces || before.view.stack !== view.stack
  return {
    ...(before.model === model || model === null ? {} : { roads: model.roads.values() }),
    ...(before.model === model || !model?.city.tiles ? {} : { tiles: model.city.tiles }),
    ...(hasOtherPlaces ? { places: standingPlaces(after) } : {}),
    ...(isMoved('traffic') ? { levels: changedLevels(before.shown.traffic, shown.traffic) } : {}),
    ...(isMoved('vehicles') ? { vehicles: difference(before.shown.vehicles.things, shown.vehicles.things) } : {}),
    ...(isMoved('emergencies') || before.model !== model || before.view.layers.incidents !== view.layers.incidents
      ? { incidents: placedIncidents(after) }
      : {}),
    ...(before.view.theme === view.theme &&
    before.view.levelColours === view.levelColours &&
    before.view.layers === view.layers &&
    isPale(before) === isPale(after)
      ? {}
      : { look: { theme: view.theme, levelColours: view.levelColours, layers: view.layers, pale: isPale(after) } }),
    ...(isOther ? { selection: { was: before.view.selection, is: view.selection } } : {}),
    ...(hasOtherMark ? { mark: markOf(after) } : {}),
    ...followed(before, after),
    ...(before.trail === after.trail ? {} : { trail: after.trail }),
    ...approached(before, after),
  }
}

/** What is of a past time is as good as it ever was; what is forecast is no better than what it is made of. */
export function isPale({ past, connection }: CityState): boolean {
  return (past === null || isAhead(past)) && isFaded(connection)
}

/** Those that stand still: vehicles and roads mark themselves, and an incident its own sign. */
function markOf(state: CityState): Place | null {
  const { selection } = state.view
  if (selection !== null && ['vehicle', 'road', 'incident'].includes(selection.kind)) return null
  const shown = shownThing(state.view)
  return shown === null ? null : placeOf(state, shown)
}

function placedIncidents(state: CityState): readonly PlacedIncident[] {
  if (!state.view.layers.incidents) return []
  // The worst last, for it lies above.
  return [...ranked(state.shown.emergencies)].reverse().flatMap((incident) => {
    const at = placeOf(state, { kind: 'incident', id: incident.id })
    return at === null ? [] : [{ incident, at }]
  })
}

function standingPlaces({ model, shown }: CityState): readonly StandingPlace[] {
  const hospitals = [...(model?.hospitals.values() ?? [])].map((one) => ({ kind: 'hospital' as const, ...one }))
  const sensors = [...(model?.sensors.values() ?? [])].map((one) => ({ kind: 'sensor' as const, ...one }))
  const stations = [...shown.weather.things.values()].map(({ id, name, lon, lat }) => ({
    kind: 'station' as const,
    id,
    name,
    lon,
    lat,
  }))
  const cameras = [...shown.cameras.things.values()].flatMap(({ id, at }) =>
    at === null ? [] : [{ kind: 'camera' as const, id, name: id, ...at }],
  )
  return [...sensors, ...cameras, ...stations, ...hospitals]
}

function followed(before: CityState, after: CityState): Pick<Orders, 'follow'> {
  const now = followedVehicle(after)
  const was = followedVehicle(before)
  return now === was ? {} : { follow: now }
}

function followedVehicle({ view: { selection, follows }, shown }: CityState): Vehicle | null {
  if (!follows || selection?.kind !== 'vehicle') return null
  return shown.vehicles.things.get(selection.id) ?? null
}

function approached(before: CityState, after: CityState): Pick<Orders, 'approach'> {
  const was = approachOf(before)
  const now = approachOf(after)
  return isSameHelp(was, now) ? {} : { approach: now }
}

function approachOf(state: CityState): Help | null {
  const id = chosenId(state.view.selection, 'incident')
  const incident = id === null ? undefined : state.shown.emergencies.things.get(id)
  return incident === undefined ? null : helpOf(state, incident)
}

/** A unit that is the same object has said nothing new. */
function isSameHelp(one: Help | null, other: Help | null): boolean {
  if (one === null || other === null) return one === other
  return (
    one.unit === other.unit &&
    one.isTransport === other.isTransport &&
    isSamePlace(one.scene, other.scene) &&
    isSamePlace(one.hospital, other.hospital)
  )
}

function isSamePlace(one: Place | null, other: Place | null): boolean {
  return one?.lon === other?.lon && one?.lat === other?.lat
}
