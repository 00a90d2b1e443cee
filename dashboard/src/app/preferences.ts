/** What this browser remembers: the settings of a person, layers, folded panels. */

import { fieldsOf, type Fields } from '../contract/fields.ts'
import { PACES } from '../live/subscriptions.ts'
import { city, setView } from '../state/store.ts'
import { DEFAULT_LAYERS, LAYERS, LEVEL_COLOURS, THEMES, type Layers, type Theme, type ThemeChoice, type View } from '../state/view.ts'
import { UNITS, unitsOf } from '../units.ts'

const KEY = 'city-view'
const DARK = '(prefers-color-scheme: dark)'

/** This person's own layers, while a link may show others. */
let own = DEFAULT_LAYERS
let isLent = false

/** Takes what is remembered, and remembers from then on. */
export function keepPreferences(): void {
  const systemIsDark = window.matchMedia(DARK)
  setView((view) => themed({ ...view, units: unitsOf(navigator.language), ...remembered() }, systemIsDark.matches))
  systemIsDark.addEventListener('change', ({ matches }) => {
    setView((view) => themed(view, matches))
  })
  show(city.getState().view)
  own = city.getState().view.layers
  city.subscribe(({ view }, { view: before }) => {
    if (view === before) return
    if (!isLent) own = ownAfter(own, before.layers, view.layers)
    show(view)
    remember({ ...view, layers: own })
  })
}

/** Changes what is shown without that being this person's choice. */
export function asLent(change: () => void): void {
  isLent = true
  try {
    change()
  } finally {
    isLent = false
  }
}

/** One's own layers after one switched some of those that are shown. */
export function ownAfter(own: Layers, before: Layers, after: Layers): Layers {
  if (before === after) return own
  return Object.fromEntries(
    LAYERS.map((layer) => [layer, before[layer] === after[layer] ? own[layer] : after[layer]]),
  ) as Layers
}

export function chooseTheme(themeChoice: ThemeChoice): void {
  setView((view) => themed({ ...view, themeChoice }, window.matchMedia(DARK).matches))
}

export function themed(view: View, systemIsDark: boolean): View {
  const bySystem: Theme = systemIsDark ? 'dark' : 'light'
  return { ...view, theme: view.themeChoice === 'system' ? bySystem : view.themeChoice }
}

function show({ theme, levelColours }: View): void {
  document.documentElement.dataset['theme'] = theme
  document.documentElement.dataset['levels'] = levelColours
}

function remember({ themeChoice, levelColours, units, pace, sound, layers, incidentsOpen, cityOpen, layersOpen }: View): void {
  const kept = { themeChoice, levelColours, units, pace, sound, layers, incidentsOpen, cityOpen, layersOpen }
  try {
    window.localStorage.setItem(KEY, JSON.stringify(kept))
  } catch {
    // A browser that keeps nothing shows the map all the same.
  }
}

function remembered(): Partial<View> {
  try {
    return readPreferences(JSON.parse(window.localStorage.getItem(KEY) ?? '{}'))
  } catch {
    return {}
  }
}

/** Of what an earlier version kept, as much as still means something. */
export function readPreferences(value: unknown): Partial<View> {
  const of = fieldsOf(value, 'preferences')
  return {
    ...among(of, 'themeChoice', THEMES),
    ...among(of, 'levelColours', LEVEL_COLOURS),
    ...among(of, 'units', UNITS),
    ...among(of, 'pace', PACES),
    layers: readLayers(of['layers']),
    ...yesOrNo(of, 'sound'),
    ...yesOrNo(of, 'incidentsOpen'),
    ...yesOrNo(of, 'cityOpen'),
    ...yesOrNo(of, 'layersOpen'),
  }
}

function among<K extends keyof View>(of: Fields, name: K, known: readonly View[K][]): Partial<View> {
  const found = known.find((one) => one === of[name])
  return found === undefined ? {} : { [name]: found }
}

function yesOrNo(of: Fields, name: keyof View): Partial<View> {
  return typeof of[name] === 'boolean' ? { [name]: of[name] } : {}
}

function readLayers(value: unknown): Layers {
  if (typeof value !== 'object' || value === null) return DEFAULT_LAYERS
  const of = fieldsOf(value, 'layers')
  const known = LAYERS.map((layer) => [layer, typeof of[layer] === 'boolean' ? of[layer] : DEFAULT_LAYERS[layer]])
  return Object.fromEntries(known) as Layers
}
