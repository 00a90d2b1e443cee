import { useCity } from '../state/store.ts'
import { STRINGS } from '../strings.ts'

/** Whose tiles lie under the map: their licences want it seen, with no panel above it. */
export function TileCredit() {
  const attribution = useCity(({ model }) => model?.city.tiles?.attribution ?? null)
  const isShown = useCity(({ view }) => view.layers.tiles)
  if (attribution === null || !isShown) return null
  return (
    <p className="tile-credit" title={STRINGS.layers.attribution} data-testid="tile-credit">
      {attribution}
    </p>
  )
}
