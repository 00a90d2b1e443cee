import { boundsOfLine } from '../../map/bounds.ts'
import { mapHandle } from '../../map/handle.ts'
import { placeOf } from '../../state/places.ts'
import { revealed } from '../../state/reveal.ts'
import type { Selection } from '../../state/selection.ts'
import { city, setView } from '../../state/store.ts'
import { selected } from '../../state/view.ts'

/** Opens the card of what was found, and goes there; what was switched off is shown. */
export function choose(selection: Selection): void {
  const state = city.getState()
  const { kind, id } = selection
  const type = kind === 'vehicle' ? (state.shown.vehicles.things.get(id)?.type ?? null) : null
  setView((view) => selected(revealed(view, kind, type), selection))
  const line = kind === 'road' ? state.model?.roads.get(id)?.line : undefined
  const place = placeOf(state, selection)
  if (line !== undefined) mapHandle()?.goAround(boundsOfLine(line))
  else if (place !== null) mapHandle()?.goTo(place)
}
