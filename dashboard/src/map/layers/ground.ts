/** The ground, and where the city is built up. */

import type { LayerSpecification } from 'maplibre-gl'

import type { Look } from '../look.ts'
import { ROADS } from '../sources.ts'

export function groundLayers({ palette }: Look): LayerSpecification[] {
  return [
    { id: 'ground', type: 'background', paint: { 'background-color': palette.ground } },
    {
      id: 'built-up',
      type: 'line',
      source: ROADS,
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': palette.builtUp,
        // About 1,200 m on the ground at any zoom: two pixels for one at each step.
        'line-width': ['interpolate', ['exponential', 2], ['zoom'], 8, 6, 18, 6144],
        'line-blur': ['interpolate', ['exponential', 2], ['zoom'], 8, 2.5, 18, 2560],
      },
    },
  ]
}
