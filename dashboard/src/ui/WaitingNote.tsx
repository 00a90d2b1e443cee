import { useCity } from '../state/store.ts'
import { STRINGS } from '../strings.ts'

/** Says what the map waits for where it would otherwise be empty. */
export function WaitingNote() {
  const isEmpty = useCity(({ live }) => live.vehicles.freshness !== null && live.vehicles.things.size === 0)
  const hasNoModel = useCity(({ model }) => model?.roads.size === 0)
  if (!isEmpty && !hasNoModel) return null
  return (
    <div className="floating waiting-note" role="status" data-testid="waiting">
      {isEmpty && <p>{STRINGS.empty.vehicles}</p>}
      {hasNoModel && <p>{STRINGS.empty.model}</p>}
    </div>
  )
}
