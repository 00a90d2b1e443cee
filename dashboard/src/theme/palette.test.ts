import { expect, test } from 'vitest'

import tokens from '../styles/tokens.css?raw'
import { LEVELS } from '../contract/road.ts'
import { contrast, distance, linear, luminance, seenBy } from './contrast.ts'
import { LEVEL_COLOURS, type LevelColours } from '../state/view.ts'
import { PALETTES, paletteOf } from './palette.ts'

const THEMES = ['light', 'dark'] as const
const CHOICES = THEMES.flatMap((theme) => LEVEL_COLOURS.map((levelColours) => [theme, levelColours] as const))
const SEVERITIES = [1, 2, 3, 4, 5] as const
const TEXT = 4.5
/** What is no text but has to be seen. */
const SIGN = 3

/** The page's colours by name, for one choice: where a later rule has one again, that one counts. */
function colours(theme: 'light' | 'dark', levelColours: LevelColours): ReadonlyMap<string, string> {
  const rules = [...tokens.matchAll(/^(:root[^{]*)\{([^}]*)\}/gm)]
  const counting = rules.filter(([, of = '']) => !of.includes('data-levels') || of.includes(`data-levels='${levelColours}'`))
  const pairs = counting.map(([, , rule = '']) => rule).join('').matchAll(/--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)
  return new Map([...pairs].map(([, name = '', light = '', dark = '']) => [name, theme === 'light' ? light : dark]))
}

function colour(theme: 'light' | 'dark', name: string, levelColours: LevelColours = 'standard'): string {
  const found = colours(theme, levelColours).get(name)
  if (found === undefined) throw new Error(`no colour --${name}`)
  return found
}

const PAIRS = [
  ['text', 'surface'],
  ['text', 'surface-low'],
  ['text', 'surface-press'],
  ['text', 'accent-low'],
  ['text', 'warn-low'],
  ['text', 'ground'],
  ['text', 'line'],
  ['text-quiet', 'surface'],
  ['text-quiet', 'surface-low'],
  ['text-quiet', 'accent-low'],
  ['text-quiet', 'ground'],
  ['accent', 'surface'],
  ['accent', 'accent-low'],
  ['on-accent', 'accent'],
  ['warn', 'surface'],
  ['warn', 'warn-low'],
  ['bad', 'surface'],
  ['good', 'surface'],
  ['warn', 'ground'],
  ['bad', 'ground'],
] as const

const SIGNS = [
  ['line-strong', 'surface'],
  ['line-strong', 'surface-low'],
  ['text-quiet', 'surface-press'],
  ['accent', 'surface-press'],
  ['good', 'surface'],
  ['accent', 'ground'],
  ['accent', 'surface-low'],
  ...(['quiet', 'taxi', 'service', 'ambulance', 'police', 'fire'] as const).flatMap((look) => [
    [`vehicle-${look}`, 'surface'] as const,
    [`vehicle-${look}`, 'surface-press'] as const,
  ]),
] as const

test.each(THEMES.flatMap((theme) => PAIRS.map(([text, ground]) => [theme, text, ground] as const)))(
  '%s: %s can be read on %s',
  (theme, text, ground) => {
    expect(contrast(colour(theme, text), colour(theme, ground))).toBeGreaterThanOrEqual(TEXT)
  },
)

test.each(THEMES.flatMap((theme) => SIGNS.map(([sign, ground]) => [theme, sign, ground] as const)))(
  '%s: %s is seen on %s',
  (theme, sign, ground) => {
    expect(contrast(colour(theme, sign), colour(theme, ground))).toBeGreaterThanOrEqual(SIGN)
  },
)

test.each(THEMES)('%s: a severity can be read on its colour', (theme) => {
  for (const severity of SEVERITIES) {
    const ground = colour(theme, `severity-${severity}`)
    expect(contrast(colour(theme, 'on-severity'), ground)).toBeGreaterThanOrEqual(TEXT)
  }
})

test.each(THEMES)('%s: names on the map can be read', (theme) => {
  const { label, ground, builtUp } = PALETTES[theme]
  for (const below of [ground, builtUp]) expect(contrast(label, below)).toBeGreaterThanOrEqual(TEXT)
})

test.each(THEMES)('%s: who brings help is seen on the ground and on a free road', (theme) => {
  const { vehicles, builtUp } = PALETTES[theme]
  for (const look of ['ambulance', 'police', 'fire'] as const) {
    expect(contrast(vehicles[look], builtUp)).toBeGreaterThanOrEqual(SIGN)
    expect(contrast(vehicles[look], vehicles.glyph)).toBeGreaterThanOrEqual(SIGN)
  }
})

test.each(CHOICES)('%s, %s: the worse a road, the farther it is from the ground in lightness', (theme, levelColours) => {
  const { levels, builtUp } = paletteOf({ theme, levelColours })
  const apart = (level: (typeof LEVELS)[number]): number =>
    Math.abs(luminance(linear(levels[level])) - luminance(linear(builtUp)))
  const steps = (['unknown', 'free', 'moderate', 'heavy', 'jammed'] as const).map(apart)
  expect(steps).toEqual([...steps].sort((one, other) => one - other))
})

test.each(CHOICES)('%s, %s: levels are told apart without seeing red or green', (theme, levelColours) => {
  const { levels } = paletteOf({ theme, levelColours })
  const known = LEVELS.filter((level) => level !== 'unknown').map((level) => linear(levels[level]))
  for (const [at, one] of known.entries()) {
    for (const other of known.slice(at + 1)) {
      expect(distance(one, other)).toBeGreaterThan(0.06)
      for (const kind of ['protan', 'deutan'] as const) {
        expect(distance(seenBy(kind, one), seenBy(kind, other))).toBeGreaterThan(0.05)
      }
    }
  }
})

test.each(THEMES)('%s: the jam is the darkest on a light ground, the lightest on a dark one', (theme) => {
  const { levels } = paletteOf({ theme, levelColours: 'traffic-light' })
  const byLuminance = [...LEVELS].sort((one, other) => luminance(linear(levels[one])) - luminance(linear(levels[other])))
  expect(byLuminance.at(theme === 'light' ? 0 : -1)).toBe('jammed')
})

test('a choice has one palette, and levels alone differ by their colours', () => {
  for (const theme of THEMES) {
    const choice = { theme, levelColours: 'traffic-light' } as const
    expect(paletteOf(choice)).toBe(paletteOf({ ...choice }))
    expect({ ...paletteOf(choice), levels: null }).toEqual({ ...PALETTES[theme], levels: null })
  }
})

test.each(CHOICES)('%s, %s: the legend has the colours of the map', (theme, levelColours) => {
  const { levels, severities, ground, vehicles } = paletteOf({ theme, levelColours })
  for (const level of LEVELS) expect(colour(theme, `level-${level}`, levelColours)).toBe(levels[level])
  for (const severity of SEVERITIES) expect(colour(theme, `severity-${severity}`)).toBe(severities[severity])
  for (const look of ['quiet', 'taxi', 'service', 'ambulance', 'police', 'fire'] as const) {
    expect(colour(theme, `vehicle-${look}`)).toBe(vehicles[look])
  }
  expect(colour(theme, 'ground')).toBe(ground)
})
