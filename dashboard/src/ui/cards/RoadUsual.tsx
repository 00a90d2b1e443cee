import type { Road } from '../../contract/road.ts'
import type { UsualHour } from '../../contract/usual.ts'
import { compared, type Comparison } from '../../state/usual.ts'
import { STRINGS } from '../../strings.ts'
import type { Measures } from '../../units.ts'
import { toldUsual } from '../usual.ts'
import { useMeasures } from '../useMeasures.ts'
import { useLookedAt } from '../useNow.ts'
import { useUsualAt } from '../useUsualAt.ts'

const SAY = STRINGS.usual
/** What was measured longer ago is not held against what is usual now. */
const LATELY_MS = 3_600_000

interface Props {
  readonly id: string
  /** Undefined of one that has not reported. */
  readonly road: Road | undefined
}

/** What is usual on a road at the time that is looked at, and how its speed is to that; nothing where nobody knows. */
export function RoadUsual({ id, road }: Props) {
  const at = useUsualAt(id)
  const nowMs = useLookedAt()
  const measures = useMeasures()
  const hour = at?.(nowMs) ?? null
  const told = hour === null ? null : toldUsual(hour, measures)
  if (hour === null || told === null) return null
  const comparison = road === undefined ? null : comparisonOf(road, hour, nowMs, measures)
  return (
    <p className="usual" data-testid="road-usual">
      <span className="quiet">{SAY.now(told)}</span>
      {comparison !== null && <strong>{SAY.comparisons[comparison]}</strong>}
    </p>
  )
}

/** Of numbers as they are written, for people compare what they read. */
function comparisonOf({ meanSpeedKmh, windowEndMs }: Road, hour: UsualHour, nowMs: number, { speedOf }: Measures): Comparison | null {
  const { lowSpeedKmh, highSpeedKmh } = hour
  if (meanSpeedKmh === null || lowSpeedKmh === null || highSpeedKmh === null) return null
  if (windowEndMs === null || nowMs - windowEndMs > LATELY_MS) return null
  const shown = (kmh: number): number => Math.round(speedOf(kmh))
  return compared(shown(meanSpeedKmh), shown(lowSpeedKmh), shown(highSpeedKmh))
}
