/** Finds things of every kind by what people call them. */

import type { Model } from '../api/model.ts'
import type { Incident } from '../contract/incident.ts'
import type { Road } from '../contract/road.ts'
import { VEHICLE_TYPES, type Vehicle, type VehicleType } from '../contract/vehicle.ts'
import { STRINGS } from '../strings.ts'
import { beginsWord, folded, wordsOf } from './fold.ts'
import { ranked } from './incidents.ts'
import type { Live } from './live.ts'
import type { Selection, SelectableKind } from './selection.ts'

/** In the order in which equals are listed. */
export const FINDABLE = ['incident', 'hospital', 'road', 'camera', 'station', 'sensor', 'vehicle'] as const satisfies readonly SelectableKind[]

export type FindableKind = (typeof FINDABLE)[number]

export const MOST_OF_A_KIND = 8
export const MOST_IN_ALL = 20

export interface Found {
  /** Kinds with what was found of each, that with the best first. */
  readonly groups: readonly Group[]
  /** How many there are, shown or not. */
  readonly count: number
}

export interface Group {
  readonly kind: SelectableKind
  readonly shown: readonly Selection[]
  readonly count: number
}

export const NOTHING: Found = { groups: [], count: 0 }

/** How well a text answers: 0 is all of it, then its beginning, where a word begins, anywhere, not at all. */
type Rank = 0 | 1 | 2 | 3 | 4

const EXACT = 0
const BEGINS = 1
const WORD_BEGINS = 2
const INSIDE = 3
const NOT = 4

/** Folded, and the best rank that it can give: what many things share says less than a name of one's own. */
type Called = readonly [text: string, best: Rank]

interface Entry {
  readonly id: string
  /** Its own name first. */
  readonly called: readonly Called[]
}

interface Match {
  readonly id: string
  readonly name: string
  readonly rank: Rank
}

type Compare = (one: Match, other: Match) => number

/** Every word of the query has to be in one of the things that an entry is called. */
export function search(
  { model, shown }: { readonly model: Model | null; readonly shown: Live },
  query: string,
  kinds: readonly FindableKind[] = FINDABLE,
): Found {
  const words = wordsOf(query)
  if (words.length === 0) return NOTHING
  const all = kinds.map((kind) => ({ kind, ...best(ENTRIES[kind](model, shown), words, ORDERS[kind] ?? byName) }))
  // Of one rank, kinds come in their order: a sort keeps what is equal as it was.
  const listed = all
    .flatMap(({ kind, matches }) => matches.map(({ id, rank }) => ({ kind, id, rank })))
    .sort(byRank)
    .slice(0, MOST_IN_ALL)
  const groups = [...new Set(listed.map(({ kind }) => kind))].map((kind) => ({
    kind,
    shown: listed.filter((one) => one.kind === kind).map(({ id }) => ({ kind, id })),
    count: all.find((one) => one.kind === kind)?.count ?? 0,
  }))
  return { groups, count: all.reduce((sum, { count }) => sum + count, 0) }
}

/** The best of a kind, in order. Thousands may match: all but the best are only counted. */
function best(
  entries: Iterable<Entry>,
  words: readonly string[],
  compare: Compare,
): { readonly matches: readonly Match[]; readonly count: number } {
  const phrase = words.join(' ')
  const matches: Match[] = []
  let count = 0
  for (const { id, called } of entries) {
    const rank = rankOf(called, words, phrase)
    if (rank === NOT) continue
    count += 1
    const match = { id, name: called[0]?.[0] ?? '', rank }
    const last = matches.at(-1)
    if (matches.length === MOST_OF_A_KIND && last !== undefined && compare(last, match) <= 0) continue
    const at = matches.findIndex((one) => compare(one, match) > 0)
    matches.splice(at < 0 ? matches.length : at, 0, match)
    if (matches.length > MOST_OF_A_KIND) matches.pop()
  }
  return { matches, count }
}

function byRank(one: Pick<Match, 'rank'>, other: Pick<Match, 'rank'>): number {
  return one.rank - other.rank
}

/** The shorter first: 2 goes before 10. */
function byName(one: Match, other: Match): number {
  return byRank(one, other) || one.name.length - other.name.length || (one.name < other.name ? -1 : Number(one.name > other.name))
}

/** Incidents of one rank stay as they come: the worst first. */
const ORDERS: Partial<Record<SelectableKind, Compare>> = { incident: byRank }

function rankOf(called: readonly Called[], words: readonly string[], phrase: string): Rank {
  const whole = rankOfWord(called, phrase)
  if (words.length === 1) return whole
  let worst: Rank = EXACT
  for (const word of words) {
    const rank = rankOfWord(called, word)
    if (rank > worst) worst = rank
  }
  return whole < worst ? whole : worst
}

function rankOfWord(called: readonly Called[], word: string): Rank {
  let least: Rank = NOT
  for (const [text, most] of called) {
    if (most >= least) continue
    const rank = rankOfText(text, word)
    if (rank < least) least = rank < most ? most : rank
  }
  return least
}

function rankOfText(text: string, word: string): Rank {
  let at = text.indexOf(word)
  if (at < 0) return NOT
  if (at === 0) return text.length === word.length ? EXACT : BEGINS
  for (; at >= 0; at = text.indexOf(word, at + 1)) if (beginsWord(text, at)) return WORD_BEGINS
  return INSIDE
}

type Find = (model: Model | null, shown: Live) => Iterable<Entry>

/** What stands and what moves in thousands is folded once, and not at each key. */
const ENTRIES: Readonly<Record<FindableKind, Find>> = {
  incident: (model, shown) => ranked(shown.emergencies).map((one) => entryOfIncident(one, model)),
  hospital: (model) => (model === null ? [] : hospitals(model)),
  road: (model, shown) => [...(model === null ? [] : roads(model)), ...roadsBeyond(model, shown.traffic.things)],
  camera: (model, shown) =>
    [...shown.cameras.things.values()].map(({ id, roadId }) => ({ id, called: [own(id), ...on(model, roadId), CAMERA] })),
  station: (_, shown) =>
    [...shown.weather.things.values()].map(({ id, name }) => ({ id, called: [own(name), own(id), STATION] })),
  sensor: (model) => (model === null ? [] : sensors(model)),
  vehicle: (_, shown) => vehicles(shown.vehicles.things),
}

const hospitals = once(({ hospitals }: Model): readonly Entry[] =>
  [...hospitals.values()].map(({ id, name }) => ({ id, called: [own(name), own(id), HOSPITAL] })),
)

const roads = once(({ roads }: Model): readonly Entry[] =>
  [...roads.values()].map(({ id, name }) => ({ id, called: [own(name), own(id), ROAD] })),
)

const sensors = once((model: Model): readonly Entry[] =>
  [...model.sensors.values()].map(({ id, name }) => ({ id, called: [own(id), ...on(model, name), SENSOR] })),
)

const vehicles = once((things: ReadonlyMap<string, Vehicle>): readonly Entry[] =>
  [...things.values()].map(({ id, type }) => ({ id, called: [own(id), TYPES[type], VEHICLE] })),
)

/** Roads that report and that the model lacks. */
function roadsBeyond(model: Model | null, things: ReadonlyMap<string, Road>): readonly Entry[] {
  return [...things.values()]
    .filter(({ id }) => model?.roads.has(id) !== true)
    .map(({ id, name }) => ({ id, called: [own(name), own(id), ROAD] }))
}

function entryOfIncident({ id, kind, roadId, unitId }: Incident, model: Model | null): Entry {
  const unit: readonly Called[] = unitId === null ? [] : [[folded(unitId), BEGINS]]
  return { id, called: [own(STRINGS.incident.kinds[kind]), own(id), ...on(model, roadId), ...unit, INCIDENT] }
}

function own(name: string): Called {
  return [folded(name), EXACT]
}

/** The road that something is on, which itself comes before all that is on it. */
function on(model: Model | null, roadId: string | null): readonly Called[] {
  return roadId === null ? [] : [[folded(model?.roads.get(roadId)?.name ?? roadId), BEGINS]]
}

/** What is called so with all others of its kind. */
function shared(word: string): Called {
  return [folded(word), WORD_BEGINS]
}

const INCIDENT = shared(STRINGS.incident.panel)
const HOSPITAL = shared(STRINGS.hospital.kind)
const ROAD = shared(STRINGS.road.kind)
const CAMERA = shared(STRINGS.camera.kind)
const STATION = shared(STRINGS.station.kind)
const SENSOR = shared(STRINGS.sensor.kind)
const VEHICLE = shared(STRINGS.vehicle.types.other)
const TYPES = Object.fromEntries(
  VEHICLE_TYPES.map((type) => [type, shared(STRINGS.vehicle.types[type])]),
) as Readonly<Record<VehicleType, Called>>

/** Made once of each object, and kept as long as that is. */
function once<K extends object, V>(make: (of: K) => V): (of: K) => V {
  const made = new WeakMap<K, V>()
  return (of) => {
    const known = made.get(of)
    if (known !== undefined) return known
    const value = make(of)
    made.set(of, value)
    return value
  }
}
