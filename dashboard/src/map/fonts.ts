/** The letters on the map are the page's own: there is no server of glyphs. */

import latinExt from '@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2?url'
import latin from '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2?url'
import type { StyleSpecification } from 'maplibre-gl'

export const FONT = 'Inter'

/** The map asks for its files by whole addresses. */
export function fontFaces(base: string): NonNullable<StyleSpecification['font-faces']> {
  const face = (url: string, ...ranges: string[]) => ({ url: new URL(url, base).href, 'unicode-range': ranges })
  return {
    [FONT]: [face(latin, 'U+0000-00FF', 'U+2010-2044'), face(latinExt, 'U+0100-02FF', 'U+1E00-1EFF')],
  }
}
