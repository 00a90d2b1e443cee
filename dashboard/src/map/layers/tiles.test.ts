import { expect, test } from 'vitest'

import { luminance, linear } from '../../theme/contrast.ts'
import { PALETTES } from '../../theme/palette.ts'
import { DEFAULT_LAYERS, type Theme } from '../../state/view.ts'
import { tileLayer } from './tiles.ts'

/** Of street maps for the day and for the night: paper, white, water, wood, letters, black. */
const BRIGHT = ['#f2efe9', '#ffffff', '#aad3df', '#add19e']
const DARK = ['#333333', '#000000']

/** How light the map's shader leaves a grey, over the ground; its hue does not matter here. */
function toned(theme: Theme, colour: string): number {
  const paint = tileLayer({ theme, shown: DEFAULT_LAYERS }).paint ?? {}
  const at = (name: keyof typeof paint): number => Number(paint[name])
  const grey = grayOf(colour)
  const drawn = at('raster-brightness-min') + (at('raster-brightness-max') - at('raster-brightness-min')) * grey
  const mixed = drawn * at('raster-opacity') + grayOf(PALETTES[theme].ground) * (1 - at('raster-opacity'))
  const part = Math.round(mixed * 255).toString(16).padStart(2, '0')
  return luminance(linear(`#${part}${part}${part}`))
}

function grayOf(colour: string): number {
  return [1, 3, 5].reduce((sum, at) => sum + Number.parseInt(colour.slice(at, at + 2), 16), 0) / (3 * 255)
}

test('a bright map is nearly black by night, and what was dark on it is still seen', () => {
  for (const colour of BRIGHT) expect(toned('dark', colour)).toBeLessThan(0.03)
  for (const colour of DARK) expect(toned('dark', colour)).toBeGreaterThan(2 * toned('dark', '#f2efe9'))
  // A map that is made for the night turns no brighter than a road that flows.
  for (const colour of DARK) expect(toned('dark', colour)).toBeLessThan(0.13)
})

test('by day nothing of it is as dark as a road that is told of', () => {
  for (const colour of [...BRIGHT, ...DARK]) expect(toned('light', colour)).toBeGreaterThan(luminance(linear(PALETTES.light.levels.heavy)))
})

test('who does not want it does not load it', () => {
  const shown = { ...DEFAULT_LAYERS, tiles: false }
  expect(tileLayer({ theme: 'light', shown }).layout).toEqual({ visibility: 'none' })
})
