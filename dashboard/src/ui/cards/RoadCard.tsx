import type { Road } from '../../contract/road.ts'
import { clockSpan, percent, whole } from '../../format.ts'
import { isAhead } from '../../state/past.ts'
import { useCity } from '../../state/store.ts'
import { STRINGS } from '../../strings.ts'
import { Age } from '../Age.tsx'
import { RoadIcon } from '../icons.tsx'
import { RoadTrendsButton } from '../trends/TrendsButton.tsx'
import { useMeasures } from '../useMeasures.ts'
import { Card, GoneCard } from './Card.tsx'
import { Fact, Facts, known } from './Facts.tsx'
import { AheadMark } from '../AheadMark.tsx'
import { RoadAhead } from './RoadAhead.tsx'
import { RoadLastDay } from './RoadLastDay.tsx'
import { RoadUsual } from './RoadUsual.tsx'

const SAY = STRINGS.road

export function RoadCard({ id }: { readonly id: string }) {
  const road = useCity(({ shown }) => shown.traffic.things.get(id))
  const model = useCity((state) => state.model?.roads.get(id))
  const timeZone = useCity((state) => state.model?.city.timeZone ?? 'UTC')
  const isOfReadings = useCity(({ past }) => !isAhead(past))
  const measures = useMeasures()
  const name = model?.name ?? road?.name
  if (name === undefined) return <GoneCard kind={SAY.kind} id={id} />
  return (
    <Card
      sign={
        <span className="card-sign">
          <RoadIcon />
        </span>
      }
      kind={SAY.kind}
      title={name}
    >
      <AheadMark />
      {road !== undefined && <Flow road={road} freeFlowKmh={model?.freeFlowKmh ?? null} />}
      <RoadUsual id={id} road={road} />
      <RoadLastDay id={id} freeFlowKmh={model?.freeFlowKmh ?? null} timeZone={timeZone} />
      <RoadAhead id={id} timeZone={timeZone} />
      <div className="card-actions">
        <RoadTrendsButton id={id} />
      </div>
      <Facts>
        {road !== undefined && isOfReadings && (
          <>
            <Fact name={SAY.span} help={SAY.spanHelp}>
              {road.p15SpeedKmh === null || road.p85SpeedKmh === null
                ? known(null, whole)
                : measures.speeds(road.p15SpeedKmh, road.p85SpeedKmh)}
            </Fact>
            <Fact name={SAY.vehicles}>{known(road.vehicles, whole)}</Fact>
            <Fact name={SAY.occupancy}>{known(road.occupancyPct, (pct) => percent(pct / 100))}</Fact>
            {road.windowStartMs !== null && road.windowEndMs !== null && (
              <Fact name={SAY.window}>{clockSpan(road.windowStartMs, road.windowEndMs, timeZone)}</Fact>
            )}
            {road.timeMs !== null && (
              <Fact name={SAY.seen}>
                <Age ms={road.timeMs} />
              </Fact>
            )}
          </>
        )}
        {model?.lengthM != null && <Fact name={SAY.length}>{measures.length(model.lengthM)}</Fact>}
        {model?.lanes != null && <Fact name={SAY.lanes}>{whole(model.lanes)}</Fact>}
        {model?.area != null && <Fact name={SAY.area}>{model.area}</Fact>}
      </Facts>
    </Card>
  )
}

/** How fast it flows, against how fast it could. */
function Flow({ road, freeFlowKmh }: { readonly road: Road; readonly freeFlowKmh: number | null }) {
  const { speed } = useMeasures()
  const { level, ratio, meanSpeedKmh } = road
  return (
    <div className="flow" data-level={level}>
      <p className="flow-speed">
        <strong data-testid="road-speed">{meanSpeedKmh === null ? '–' : speed(meanSpeedKmh)}</strong>
        <span className="level-pill" data-testid="road-level">
          {STRINGS.level.names[level]}
        </span>
      </p>
      <span className="flow-bar" aria-hidden="true">
        <span style={{ width: percent(Math.min(1, ratio ?? 0)) }} />
      </span>
      {ratio !== null && freeFlowKmh !== null && (
        <p className="quiet">{SAY.ofFreeFlow(percent(ratio), speed(freeFlowKmh))}</p>
      )}
    </div>
  )
}
