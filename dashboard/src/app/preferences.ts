/** What this browser remembers: theme, colours of levels, layers, folded panels. */

import { fieldsOf } from '../contract/fields.ts'
import { city, setView } from '../state/store.ts'
import { DEFAULT_LAYERS, LAYERS, LEVEL_COLOURS, THEMES, type Layers, type Theme, type ThemeChoice, type View } from '../state/view.ts'

const KEY = 'city-view'
const DARK = '(prefers-color-scheme: dark)'

/** This person's own layers, while a link may show others. */
let own = DEFAULT_LAYERS
let isLent = false

/** Takes what is remembered, and remembers from then on. */
export function keepPreferences(): void {
  const systemIsDark = window.matchMedia(DARK)
  setView((view) => themed({ ...view, ...remembered() }, systemIsDark.matches))
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

function remember({ themeChoice, levelColours, layers, incidentsOpen, cityOpen, layersOpen }: View): void {
  try {
    window.localStorage.setItem(KEY, JSON.stringify({ themeChoice, levelColours, layers, incidentsOpen, cityOpen, layersOpen }))
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
  const choice = THEMES.find((one) => one === of['themeChoice'])
  const colours = LEVEL_COLOURS.find((one) => one === of['levelColours'])
  return {
    ...(choice === undefined ? {} : { themeChoice: choice }),
    ...(colours === undefined ? {} : { levelColours: colours }),
    layers: readLayers(of['layers']),
    ...(typeof of['incidentsOpen'] === 'boolean' ? { incidentsOpen: of['incidentsOpen'] } : {}),
    ...(typeof of['cityOpen'] === 'boolean' ? { cityOpen: of['cityOpen'] } : {}),
    ...(typeof of['layersOpen'] === 'boolean' ? { layersOpen: of['layersOpen'] } : {}),
  }
}

function readLayers(value: unknown): Layers {
  if (typeof value !== 'object' || value === null) return DEFAULT_LAYERS
  const of = fieldsOf(value, 'layers')
  const known = LAYERS.map((layer) => [layer, typeof of[layer] === 'boolean' ? of[layer] : DEFAULT_LAYERS[layer]])
  return Object.fromEntries(known) as Layers
}
