/**
 * The map's colours. What is as it should be is close to the ground; the worse it is, the farther from it, in
 * lightness as well as in hue, so that it is told apart without seeing red and green.
 */

import type { Level } from '../contract/road.ts'
import type { Severity } from '../contract/incident.ts'
import type { LevelColours, Theme } from '../state/view.ts'

export interface Palette {
  readonly ground: string
  /** Where the city is built up: a little off the ground. */
  readonly builtUp: string
  readonly roadCasing: string
  /** Of a road whose level is not shown. */
  readonly road: string
  readonly levels: Readonly<Record<Level, string>>
  readonly label: string
  readonly labelHalo: string
  readonly area: string
  readonly accent: string
  readonly place: string
  readonly placeGlyph: string
  readonly hospital: string
  readonly hospitalGlyph: string
  readonly vehicles: {
    readonly quiet: string
    readonly taxi: string
    readonly service: string
    readonly ambulance: string
    readonly police: string
    readonly fire: string
    readonly glyph: string
    readonly halo: string
  }
  readonly severities: Readonly<Record<Severity, string>>
  readonly severityGlyphs: Readonly<Record<Severity, string>>
}

export const PALETTES: Readonly<Record<Theme, Palette>> = {
  light: {
    ground: '#e9ecf0',
    builtUp: '#f4f5f7',
    roadCasing: '#ffffff',
    road: '#b4bfcc',
    levels: {
      free: '#b4bfcc',
      light: '#d8c078',
      moderate: '#dc8430',
      heavy: '#c2422b',
      jammed: '#7c1034',
      unknown: '#d5dbe3',
    },
    label: '#556070',
    labelHalo: '#f7f8fa',
    area: '#8a95a5',
    accent: '#2457d6',
    place: '#5b6675',
    placeGlyph: '#ffffff',
    hospital: '#ffffff',
    hospitalGlyph: '#c2334d',
    vehicles: {
      quiet: '#4e5d70',
      taxi: '#7d6a2c',
      service: '#0f7470',
      ambulance: '#c81e4a',
      police: '#1f4fd0',
      fire: '#c2410c',
      glyph: '#ffffff',
      halo: '#ffffff',
    },
    severities: { 1: '#5f6c7d', 2: '#8a6a10', 3: '#b8550f', 4: '#b92c1f', 5: '#7c1034' },
    severityGlyphs: { 1: '#ffffff', 2: '#ffffff', 3: '#ffffff', 4: '#ffffff', 5: '#ffffff' },
  },
  dark: {
    ground: '#0c1016',
    builtUp: '#121821',
    roadCasing: '#0a0d12',
    road: '#3d4a5b',
    levels: {
      free: '#3d4a5b',
      light: '#6d6341',
      moderate: '#b07a28',
      heavy: '#ff8f4d',
      jammed: '#ffb3c1',
      unknown: '#252e3a',
    },
    label: '#97a3b4',
    labelHalo: '#0c1016',
    area: '#5d6a7c',
    accent: '#7ea6ff',
    place: '#8492a6',
    placeGlyph: '#0c1016',
    hospital: '#e8edf4',
    hospitalGlyph: '#b3203f',
    vehicles: {
      quiet: '#a3b1c4',
      taxi: '#cbb873',
      service: '#5cc9c0',
      ambulance: '#ff5c81',
      police: '#6d9bff',
      fire: '#ff8a3d',
      glyph: '#0c1016',
      halo: '#0c1016',
    },
    severities: { 1: '#8b98aa', 2: '#d9b44a', 3: '#f0993e', 4: '#ff7a5c', 5: '#ff9fb0' },
    severityGlyphs: { 1: '#0c1016', 2: '#0c1016', 3: '#0c1016', 4: '#0c1016', 5: '#0c1016' },
  },
}

/** Green to red, for who is used to it. By lightness too the jam is farthest from the ground. */
const TRAFFIC_LIGHT: Readonly<Record<Theme, Palette['levels']>> = {
  light: {
    free: '#7cc492',
    light: '#dcc03a',
    moderate: '#ec8a1c',
    heavy: '#cf3327',
    jammed: '#74091c',
    unknown: '#d5dbe3',
  },
  dark: {
    free: '#1a5c3a',
    light: '#6b691d',
    moderate: '#b0741a',
    heavy: '#ff7650',
    jammed: '#ffb4b2',
    unknown: '#252e3a',
  },
}

const BY_COLOURS: Readonly<Record<LevelColours, Readonly<Record<Theme, Palette>>>> = {
  standard: PALETTES,
  'traffic-light': {
    light: { ...PALETTES.light, levels: TRAFFIC_LIGHT.light },
    dark: { ...PALETTES.dark, levels: TRAFFIC_LIGHT.dark },
  },
}

/** The same choice has the same palette: who compares sees whether it is another. */
export function paletteOf({ theme, levelColours }: { theme: Theme; levelColours: LevelColours }): Palette {
  return BY_COLOURS[levelColours][theme]
}
