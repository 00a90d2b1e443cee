import type { SlowRoad } from '../../contract/summary.ts'
import { percent } from '../../format.ts'
import { chosenId } from '../../state/selection.ts'
import { useCity } from '../../state/store.ts'
import { STRINGS } from '../../strings.ts'
import { choose } from '../search/choose.ts'
import { SkeletonRows } from '../Skeleton.tsx'
import { useArrowKeys } from '../useArrowKeys.ts'
import { useMeasures } from '../useMeasures.ts'

const SAY = STRINGS.city
const NONE: readonly SlowRoad[] = []

/** The roads farthest from free flow, the worst first. Arrow keys go through them. */
export function WorstRoads() {
  const roads = useCity(({ summary }) => summary?.slowest ?? NONE)
  const isKnown = useCity(({ summary }) => summary !== null)
  const chosen = useCity(({ view }) => chosenId(view.selection, 'road'))
  const { list, tabId, onFocus, onKeyDown } = useArrowKeys(roads.map(({ id }) => id))
  return (
    <section aria-labelledby="worst-roads">
      <h3 id="worst-roads">
        {SAY.worst} <span className="quiet">{SAY.ofFreeFlow}</span>
      </h3>
      {!isKnown && <SkeletonRows count={3} />}
      {isKnown && roads.length === 0 && <p className="quiet">{SAY.noWorst}</p>}
      {/* The list takes arrow keys on behalf of its buttons. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <ul ref={list} className="worst-roads" onKeyDown={onKeyDown} aria-labelledby="worst-roads">
        {roads.map((road) => (
          <li key={road.id}>
            <Row road={road} isChosen={road.id === chosen} isTab={road.id === tabId} onFocus={onFocus} />
          </li>
        ))}
      </ul>
    </section>
  )
}

interface RowProps {
  readonly road: SlowRoad
  readonly isChosen: boolean
  readonly isTab: boolean
  readonly onFocus: (id: string) => void
}

function Row({ road: { id, name, level, meanSpeedKmh, ratio }, isChosen, isTab, onFocus }: RowProps) {
  const { speed } = useMeasures()
  const [fast, share] = [meanSpeedKmh === null ? '–' : speed(meanSpeedKmh), ratio === null ? '–' : percent(ratio)]
  return (
    <button
      type="button"
      className="worst-road"
      data-level={level}
      data-road={id}
      data-testid="worst-road"
      title={name}
      aria-label={SAY.worstRow(name, level, fast, share)}
      aria-current={isChosen}
      tabIndex={isTab ? 0 : -1}
      onFocus={() => {
        onFocus(id)
      }}
      onClick={() => {
        choose({ kind: 'road', id })
      }}
    >
      <span className="level-line" />
      <span className="worst-road-name">{name}</span> <span className="worst-road-speed">{fast}</span>{' '}
      <span className="worst-road-share">{share}</span>
    </button>
  )
}
