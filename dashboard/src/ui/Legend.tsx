import { useMemo } from 'react'

import { LEVELS } from '../contract/road.ts'
import { clockTime, whole } from '../format.ts'
import { isAhead } from '../state/past.ts'
import { countByLevel } from '../state/roads.ts'
import { useCity } from '../state/store.ts'
import { STRINGS } from '../strings.ts'
import { LevelColours } from './LevelColours.tsx'
import { VehicleTypes } from './VehicleTypes.tsx'

/** What the colours of roads mean, and how many roads have each. */
export function Legend() {
  const roads = useCity((state) => state.shown.traffic)
  const past = useCity((state) => state.past)
  const timeZone = useCity((state) => state.model?.city.timeZone ?? 'UTC')
  const hasNoModel = useCity(({ model }) => model?.roads.size === 0)
  const counts = useMemo(() => countByLevel(roads), [roads])
  return (
    <section className="legend" aria-labelledby="legend-title" data-testid="legend">
      <h3 id="legend-title">
        {STRINGS.level.title}{' '}
        <span className="quiet">
          {isAhead(past) ? STRINGS.ahead.legend(clockTime(past.atMs, timeZone, false)) : STRINGS.level.legend}
        </span>
      </h3>
      {hasNoModel && (
        <p className="quiet" data-testid="no-model">
          {STRINGS.empty.model}
        </p>
      )}
      <ul>
        {LEVELS.map((level) => (
          <li key={level} data-level={level}>
            <span className="level-line" aria-hidden="true" />
            <span>{STRINGS.level.names[level]}</span>
            <span className="legend-count">{roads.freshness === null ? '' : whole(counts[level])}</span>
          </li>
        ))}
      </ul>
      <LevelColours />
      <VehicleTypes />
    </section>
  )
}
