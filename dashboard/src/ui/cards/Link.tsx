import { mapHandle } from '../../map/handle.ts'
import { placeOf } from '../../state/places.ts'
import type { Selection } from '../../state/selection.ts'
import { city, setView } from '../../state/store.ts'
import { selected } from '../../state/view.ts'

/** From a card to another thing's. */
export function Link({ to, children }: { readonly to: Selection; readonly children: string }) {
  return (
    <button
      type="button"
      className="link"
      onClick={() => {
        setView((view) => selected(view, to))
        const place = placeOf(city.getState(), to)
        if (place !== null) mapHandle()?.goTo(place)
      }}
    >
      {children}
    </button>
  )
}
