/** Roads, coloured by how far they are from free flow. */

import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'

import { LEVELS } from '../../contract/road.ts'
import type { Look } from '../look.ts'
import { ROADS } from '../sources.ts'

export const ROAD_LAYER = 'road'

/** The lowest of them. */
export const ROAD_CASING = 'road-casing'

/** A road's own width of 1 at a zoom, px. */
const STOPS: readonly (readonly [zoom: number, px: number])[] = [
  [9, 0.5],
  [11, 1],
  [13, 1.9],
  [15, 4],
  [18, 15],
]

export function roadLayers(look: Look): LayerSpecification[] {
  const { palette, scale, pale } = look
  const layout = { 'line-cap': 'round', 'line-join': 'round' } as const
  return [
    {
      id: ROAD_CASING,
      type: 'line',
      source: ROADS,
      layout,
      paint: { 'line-color': palette.roadCasing, 'line-width': byZoom(scale, 2), 'line-offset': offset(scale) },
    },
    {
      id: ROAD_LAYER,
      type: 'line',
      source: ROADS,
      layout,
      paint: {
        'line-color': look.shown.congestion ? byLevel(look) : palette.road,
        'line-opacity': pale ? 0.45 : 1,
        'line-width': byZoom(scale, 0),
        'line-offset': offset(scale),
      },
    },
    {
      // An edge on both sides, above the road that leads back.
      id: 'road-chosen',
      type: 'line',
      source: ROADS,
      layout,
      paint: {
        'line-color': palette.accent,
        'line-opacity': ['case', CHOSEN, 1, HOVERED, 0.5, 0],
        'line-gap-width': byZoom(scale, 1),
        'line-width': 2.5 * scale,
        'line-offset': offset(scale),
      },
    },
  ]
}

const LEVEL: ExpressionSpecification = ['coalesce', ['feature-state', 'level'], 'unknown']
const CHOSEN: ExpressionSpecification = ['boolean', ['feature-state', 'chosen'], false]
const HOVERED: ExpressionSpecification = ['boolean', ['feature-state', 'hovered'], false]

function byLevel({ palette }: Look): ExpressionSpecification {
  const known = LEVELS.filter((level) => level !== 'unknown')
  const pairs = known.flatMap((level) => [level, palette.levels[level]])
  // The type wants its pairs one by one.
  return ['match', LEVEL, ...pairs, palette.levels.unknown] as unknown as ExpressionSpecification
}

/** What is wrong is wider, too; of what nothing is known, there is less. */
const EMPHASIS: ExpressionSpecification = ['match', LEVEL, 'jammed', 1.45, 'heavy', 1.25, 'unknown', 0.7, 1]

function byZoom(scale: number, morePx: number): ExpressionSpecification {
  const stops = STOPS.flatMap(([zoom, px]): (number | ExpressionSpecification)[] => [
    zoom,
    ['+', ['*', ['get', 'width'], px * scale, EMPHASIS], morePx * scale],
  ])
  return ['interpolate', ['exponential', 1.5], ['zoom'], ...stops] as unknown as ExpressionSpecification
}

/** Away from the road that leads back; from near, the two lie apart by themselves. */
function offset(scale: number): ExpressionSpecification {
  const by = (px: number): ExpressionSpecification => ['*', ['get', 'side'], ['get', 'width'], px * scale]
  return ['interpolate', ['linear'], ['zoom'], 9, by(0.3), 11, by(0.65), 13, by(0.9), 15, by(0.6), 16.5, 0]
}
