/** The tile server's map of streets, so quiet that what is live stands out from it. */

import type { RasterLayerSpecification } from 'maplibre-gl'

import type { Theme } from '../../state/view.ts'
import type { Look } from '../look.ts'

export const TILES = 'tiles'

type Paint = NonNullable<RasterLayerSpecification['paint']>

/** The ground shines through and gives its tint. */
const TONES: Readonly<Record<Theme, Paint>> = {
  light: { 'raster-saturation': -0.6, 'raster-brightness-min': 0.4, 'raster-brightness-max': 1, 'raster-opacity': 0.75 },
  // The brightest becomes the darkest, as on a map that is made for the night; half a turn leaves each hue what it was.
  dark: {
    'raster-saturation': -0.6,
    'raster-brightness-min': 0.45,
    'raster-brightness-max': 0.03,
    'raster-hue-rotate': 180,
    'raster-opacity': 0.8,
  },
}

export function tileLayer({ theme, shown }: Pick<Look, 'theme' | 'shown'>): RasterLayerSpecification {
  return {
    id: TILES,
    type: 'raster',
    source: TILES,
    layout: { visibility: shown.tiles ? 'visible' : 'none' },
    paint: { 'raster-hue-rotate': 0, 'raster-fade-duration': 180, ...TONES[theme] },
  }
}
