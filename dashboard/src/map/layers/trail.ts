/** Where the chosen vehicle was: the older, the paler. */

import type { LayerSpecification } from 'maplibre-gl'

import type { Look } from '../look.ts'
import { TRAIL } from '../sources.ts'

export function trailLayers({ palette, scale }: Look): LayerSpecification[] {
  return [
    {
      id: 'trail',
      type: 'line',
      source: TRAIL,
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': palette.accent,
        'line-width': 3.5 * scale,
        'line-opacity': ['match', ['get', 'age'], 0, 0.85, 1, 0.5, 0.3],
      },
    },
  ]
}
