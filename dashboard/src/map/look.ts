/** How the map is to look: all its layers are made of this. */

import type { Palette } from '../theme/palette.ts'
import type { Layers, LevelColours, Theme } from '../state/view.ts'

export interface Look {
  readonly theme: Theme
  readonly levelColours: LevelColours
  /** What the two come to. */
  readonly palette: Palette
  /** Widths and letters on a screen that is seen from afar; 1 at a desk. */
  readonly scale: number
  readonly shown: Layers
  /** What is shown is no longer what is. */
  readonly pale: boolean
}
