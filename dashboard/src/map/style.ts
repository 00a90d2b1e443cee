/** The whole map, from the ground up. Vehicles and incidents lie above it, on layers of their own. */

import type { LayerSpecification, StyleSpecification } from 'maplibre-gl'

import { fontFaces } from './fonts.ts'
import { approachLayers } from './layers/approach.ts'
import { groundLayers } from './layers/ground.ts'
import { labelLayers } from './layers/labels.ts'
import { placeLayers } from './layers/places.ts'
import { roadLayers } from './layers/roads.ts'
import { trailLayers } from './layers/trail.ts'
import type { Look } from './look.ts'
import { APPROACH, AREAS, EMPTY, PLACES, ROAD_ID, ROADS, TRAIL } from './sources.ts'

export function layersOf(look: Look): LayerSpecification[] {
  return [...groundLayers(look), ...roadLayers(look), ...trailLayers(look), ...approachLayers(look), ...labelLayers(look), ...placeLayers(look)]
}

export function styleOf(look: Look, base: string): StyleSpecification {
  return {
    version: 8,
    'font-faces': fontFaces(base),
    sources: {
      [ROADS]: { type: 'geojson', data: EMPTY, promoteId: ROAD_ID, tolerance: 0.2 },
      [AREAS]: { type: 'geojson', data: EMPTY },
      [PLACES]: { type: 'geojson', data: EMPTY },
      [TRAIL]: { type: 'geojson', data: EMPTY },
      [APPROACH]: { type: 'geojson', data: EMPTY },
    },
    layers: layersOf(look),
    transition: { duration: 180, delay: 0 },
  }
}
