/** The ground that everything lies on. */

import type { LayerSpecification } from 'maplibre-gl'

import type { Look } from '../look.ts'

export function groundLayers({ palette }: Look): LayerSpecification[] {
  return [{ id: 'ground', type: 'background', paint: { 'background-color': palette.ground } }]
}
