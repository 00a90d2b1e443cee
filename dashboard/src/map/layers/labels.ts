/** Names of roads and districts, in the page's own letters. */

import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'

import { FONT } from '../fonts.ts'
import type { Look } from '../look.ts'
import { AREAS, ROADS } from '../sources.ts'

export function labelLayers({ palette, scale, shown }: Look): LayerSpecification[] {
  const visibility = shown.labels ? 'visible' : 'none'
  return [
    {
      id: 'road-name',
      type: 'symbol',
      source: ROADS,
      minzoom: 13.4,
      layout: {
        visibility,
        'symbol-placement': 'line',
        'symbol-spacing': 420,
        'text-field': ['get', 'name'],
        'text-font': [FONT],
        'text-size': sized(scale, 13, 10.5, 17, 13),
        // Beside the road: on it are its vehicles.
        'text-offset': [0, 1.3],
        'text-max-angle': 35,
        'text-padding': 12,
      },
      paint: { 'text-color': palette.label, 'text-halo-color': palette.labelHalo, 'text-halo-width': 1.6 },
    },
    {
      id: 'area-name',
      type: 'symbol',
      source: AREAS,
      maxzoom: 15.5,
      layout: {
        visibility,
        'text-field': ['get', 'name'],
        'text-font': [FONT],
        'text-size': sized(scale, 10, 10, 14, 13),
        'text-transform': 'uppercase',
        'text-letter-spacing': 0.16,
        'text-padding': 24,
      },
      paint: { 'text-color': palette.area, 'text-halo-color': palette.labelHalo, 'text-halo-width': 1.4 },
    },
  ]
}

function sized(scale: number, zoom: number, px: number, farZoom: number, farPx: number): ExpressionSpecification {
  return ['interpolate', ['linear'], ['zoom'], zoom, px * scale, farZoom, farPx * scale]
}
