/** What this person chose to see. Kept by the browser, and through a new sign-in. */

import type { VehicleType } from '../contract/vehicle.ts'
import type { Pace } from '../live/subscriptions.ts'
import type { Units } from '../units.ts'
import type { Selection } from './selection.ts'
import type { Trends } from './trends.ts'

export const LAYERS = ['vehicles', 'incidents', 'congestion', 'hospitals', 'cameras', 'stations', 'sensors', 'labels', 'tiles'] as const

export type Layer = (typeof LAYERS)[number]

export type Layers = Readonly<Record<Layer, boolean>>

export const THEMES = ['system', 'light', 'dark'] as const

export type ThemeChoice = (typeof THEMES)[number]

export type Theme = 'light' | 'dark'

/** How levels of congestion are coloured: told apart by everybody, or as a traffic light. */
export const LEVEL_COLOURS = ['standard', 'traffic-light'] as const

export type LevelColours = (typeof LEVEL_COLOURS)[number]

/** What the sheet of a narrow screen shows. */
export const TABS = ['incidents', 'city', 'layers', 'selected'] as const

export type Tab = (typeof TABS)[number]

export interface View {
  readonly selection: Selection | null
  /** Vehicles that lie on each other, to choose one of; null while nobody asked. */
  readonly stack: readonly string[] | null
  readonly layers: Layers
  /** Types of vehicles that are not shown, though their layer is. */
  readonly hiddenTypes: readonly VehicleType[]
  readonly themeChoice: ThemeChoice
  /** What the choice comes to on this screen. */
  readonly theme: Theme
  readonly levelColours: LevelColours
  readonly units: Units
  /** How often the stream tells of what is new. */
  readonly pace: Pace
  /** Whether a new incident is heard. */
  readonly sound: boolean
  readonly incidentsOpen: boolean
  /** Null: as there is room. */
  readonly cityOpen: boolean | null
  readonly layersOpen: boolean
  /** The same while a card takes the room. */
  readonly layersBesideCard: boolean
  readonly tab: Tab
  readonly sheetOpen: boolean
  /** Whether the map goes along with the selected vehicle. */
  readonly follows: boolean
  /** What the panel of trends shows; null while it is closed. */
  readonly trends: Trends | null
}

export const DEFAULT_LAYERS: Layers = {
  vehicles: true,
  incidents: true,
  congestion: true,
  hospitals: true,
  cameras: false,
  stations: false,
  sensors: false,
  labels: true,
  tiles: true,
}

/** Those that a person can choose: no switch is shown for what the city has not. */
export function possibleLayers(hasTiles: boolean): readonly Layer[] {
  return LAYERS.filter((layer) => layer !== 'tiles' || hasTiles)
}

export const START_VIEW: View = {
  selection: null,
  stack: null,
  layers: DEFAULT_LAYERS,
  hiddenTypes: [],
  themeChoice: 'system',
  theme: 'light',
  levelColours: 'standard',
  units: 'metric',
  pace: 'standard',
  sound: false,
  incidentsOpen: true,
  cityOpen: null,
  layersOpen: true,
  layersBesideCard: false,
  tab: 'incidents',
  sheetOpen: false,
  follows: false,
  trends: null,
}

export function selected(view: View, selection: Selection | null): View {
  if (selection === null) {
    return { ...view, selection, stack: null, follows: false, layersBesideCard: false, tab: view.tab === 'selected' ? 'incidents' : view.tab }
  }
  return { ...view, selection, stack: null, follows: false, tab: 'selected', sheetOpen: true }
}

export function stacked(view: View, stack: readonly string[]): View {
  return { ...view, selection: null, stack, follows: false, tab: 'selected', sheetOpen: true }
}

/** Whether there is a card to show. */
export function hasCard({ selection, stack }: View): boolean {
  return selection !== null || stack !== null
}

/** What the card is of: of several vehicles, where the first of them is. */
export function shownThing({ selection, stack }: View): Selection | null {
  const [first] = stack ?? []
  return selection ?? (first === undefined ? null : { kind: 'vehicle', id: first })
}

export function typeToggled(view: View, type: VehicleType): View {
  const isHidden = view.hiddenTypes.includes(type)
  const hiddenTypes = isHidden ? view.hiddenTypes.filter((one) => one !== type) : [...view.hiddenTypes, type]
  return { ...view, hiddenTypes }
}
