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
        // About 700 m on the ground at any zoom: two pixels for one at each step.
        'line-width': ['interpolate', ['exponential', 2], ['zoom'], 8, 3.5, 18, 3584],
        'line-blur': ['interpolate', ['exponential', 2], ['zoom'], 8, 1.2, 18, 1200],
      },
    },
  ]
}
