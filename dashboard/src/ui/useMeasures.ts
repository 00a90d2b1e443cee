import { useCity } from '../state/store.ts'
import { measuresIn, type Measures } from '../units.ts'

/** Numbers in the units that this person reads. */
export function useMeasures(): Measures {
  return measuresIn(useCity((state) => state.view.units))
}
