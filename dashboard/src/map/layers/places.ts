/** What stands: hospitals, cameras, weather stations, sensors. */

import type { LayerSpecification } from 'maplibre-gl'

import { FONT } from '../fonts.ts'
import { iconOf } from '../icons.ts'
import type { Look } from '../look.ts'
import { PLACES, type PlaceKind } from '../sources.ts'

/** Which switch shows them, from below to above. */
const SWITCHES = { sensor: 'sensors', camera: 'cameras', station: 'stations', hospital: 'hospitals' } as const

const KINDS: readonly PlaceKind[] = ['sensor', 'camera', 'station', 'hospital']

export const PLACE_LAYERS: readonly string[] = KINDS.map(layerOf)

export function placeLayers({ palette, scale, shown }: Look): LayerSpecification[] {
  return KINDS.map((kind) => ({
    id: layerOf(kind),
    type: 'symbol',
    source: PLACES,
    filter: ['==', ['get', 'kind'], kind],
    layout: {
      visibility: shown[SWITCHES[kind]] ? 'visible' : 'none',
      'icon-image': iconOf(kind),
      'icon-size': ['interpolate', ['linear'], ['zoom'], 10, 0.55 * scale, 13, 0.8 * scale, 16, scale],
      'icon-allow-overlap': true,
      'icon-ignore-placement': true,
      ...(kind === 'hospital' || kind === 'station'
        ? {
            'text-field': ['step', ['zoom'], '', 13.5, ['get', 'name']],
            'text-font': [FONT],
            'text-size': 11 * scale,
            'text-anchor': 'top',
            'text-offset': [0, 1.1],
            'text-optional': true,
          }
        : {}),
    },
    paint: { 'text-color': palette.label, 'text-halo-color': palette.labelHalo, 'text-halo-width': 1.6 },
  }))
}

function layerOf(kind: PlaceKind): string {
  return `place-${kind}`
}
