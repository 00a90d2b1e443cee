/** Who helps at the chosen incident, as the crow flies: dashed to where they go, thin from the scene to the hospital. */

import type { LayerSpecification } from 'maplibre-gl'

import type { Look } from '../look.ts'
import { APPROACH } from '../sources.ts'

export function approachLayers({ palette, scale }: Look): LayerSpecification[] {
  return [
    {
      id: 'approach-transfer',
      type: 'line',
      source: APPROACH,
      filter: ['==', ['get', 'leg'], 'transfer'],
      paint: { 'line-color': palette.vehicles.ambulance, 'line-width': 1.5 * scale, 'line-opacity': 0.8 },
    },
    {
      // What lies under it must not take the dashes for its own.
      id: 'approach-casing',
      type: 'line',
      source: APPROACH,
      filter: ['==', ['get', 'leg'], 'unit'],
      layout: { 'line-cap': 'round' },
      paint: { 'line-color': palette.labelHalo, 'line-width': 6 * scale, 'line-opacity': 0.75 },
    },
    {
      id: 'approach-unit',
      type: 'line',
      source: APPROACH,
      filter: ['==', ['get', 'leg'], 'unit'],
      paint: { 'line-color': palette.accent, 'line-width': 3 * scale, 'line-dasharray': [2.5, 1.5] },
    },
  ]
}
