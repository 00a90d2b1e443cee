import { setView, useCity } from '../../state/store.ts'
import { byLoudness } from '../../state/vehicles.ts'
import { selected } from '../../state/view.ts'
import { STRINGS } from '../../strings.ts'
import { useArrowKeys } from '../useArrowKeys.ts'
import { useMeasures } from '../useMeasures.ts'
import { VehicleShape } from '../VehicleShape.tsx'
import { Card } from './Card.tsx'

const SAY = STRINGS.vehicle

/** Vehicles that lie on each other, to choose one of. */
export function StackCard({ ids }: { readonly ids: readonly string[] }) {
  const vehicles = useCity((state) => state.shown.vehicles.things)
  const { speed } = useMeasures()
  const there = byLoudness(ids.flatMap((id) => vehicles.get(id) ?? []))
  const { list, tabId, onFocus, onKeyDown } = useArrowKeys(there.map(({ id }) => id))
  return (
    <Card sign={null} kind={STRINGS.search.kinds.vehicle} title={SAY.stack(there.length)}>
      <p className="quiet card-note">{SAY.stackLead}</p>
      {/* The list takes arrow keys on behalf of its buttons. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <ul ref={list} className="stack-list" onKeyDown={onKeyDown} aria-label={SAY.stack(there.length)}>
        {there.map(({ id, type, speedKmh }) => (
          <li key={id}>
            <button
              type="button"
              className="stack-row"
              data-testid="stack-row"
              data-vehicle={type}
              tabIndex={id === tabId ? 0 : -1}
              onFocus={() => {
                onFocus(id)
              }}
              onClick={() => {
                setView((view) => selected(view, { kind: 'vehicle', id }))
              }}
            >
              <VehicleShape type={type} />
              <span className="stack-row-names">
                <strong>{id}</strong>
                <span className="quiet">{SAY.types[type]}</span>
              </span>
              {speedKmh !== null && <span className="quiet">{speed(speedKmh)}</span>}
            </button>
          </li>
        ))}
      </ul>
    </Card>
  )
}
