import { isBack } from '../state/past.ts'
import { useCity } from '../state/store.ts'
import { STRINGS } from '../strings.ts'

/** Says what the map waits for where it would otherwise be empty. */
export function WaitingNote() {
  const isEmpty = useCity(({ shown }) => shown.vehicles.freshness !== null && shown.vehicles.things.size === 0)
  const isPast = useCity((state) => isBack(state.past))
  if (!isEmpty) return null
  return (
    <div className="floating waiting-note" role="status" data-testid="waiting">
      <p>{isPast ? STRINGS.past.noVehicles : STRINGS.empty.vehicles}</p>
    </div>
  )
}
