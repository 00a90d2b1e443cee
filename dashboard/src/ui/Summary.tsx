import type { ReactNode } from 'react'

import { LEVELS } from '../contract/road.ts'
import type { Congestion, Summary } from '../contract/summary.ts'
import { duration, percent, ratio, whole } from '../format.ts'
import { useCity } from '../state/store.ts'
import { STRINGS } from '../strings.ts'
import { useMeasures } from './useMeasures.ts'
import { usePopover } from './usePopover.ts'

const SAY = STRINGS.summary

export function SummaryStrip() {
  return (
    <section className="floating summary-strip" aria-label={SAY.panel} data-testid="summary">
      <Figures />
    </section>
  )
}

/** The city in a few figures. */
export function Figures() {
  const summary = useCity((state) => state.summary)
  const congestion = useCity((state) => state.congestion)
  // What the map shows counts, where it knows: the two must not disagree by the seconds between two questions.
  const vehicles = useCity(({ shown }) => (shown.vehicles.freshness === null ? null : shown.vehicles.things.size))
  const incidents = useCity(({ shown }) => (shown.emergencies.freshness === null ? null : shown.emergencies.things.size))
  const measures = useMeasures()
  const isThere = summary !== null
  return (
    <dl className="figures">
      <Figure name={SAY.vehicles} testId="figure-vehicles">
        {told(vehicles ?? summary?.vehicles ?? null, whole, isThere)}
      </Figure>
      <Figure name={SAY.speed} testId="figure-speed">
        {told(summary?.meanSpeedKmh ?? null, measures.speed, isThere)}
      </Figure>
      {congestion === null ? (
        <Figure name={SAY.index} testId="figure-congestion">
          {told(null, whole, false)}
        </Figure>
      ) : (
        <ExplainedFigure
          name={SAY.index}
          value={congestion.index === null ? '–' : `×${ratio(congestion.index)}`}
          beside={<LevelBar />}
          testId="figure-congestion"
        >
          <IndexMeaning congestion={congestion} summary={summary} />
        </ExplainedFigure>
      )}
      <Figure name={SAY.incidents} testId="figure-incidents">
        {told(incidents ?? summary?.incidents ?? null, whole, isThere)}
      </Figure>
      {summary === null ? (
        <Figure name={SAY.response} testId="figure-response">
          {told(null, duration, false)}
        </Figure>
      ) : (
        <ExplainedFigure
          name={SAY.response}
          value={summary.meanResponseS === null ? '–' : duration(summary.meanResponseS)}
          testId="figure-response"
        >
          <p>{summary.meanResponseS === null ? SAY.responseNone : SAY.responseMean(duration(summary.meanResponseS))}</p>
          {summary.responses > 0 && <p className="quiet">{SAY.responseCount(whole(summary.responses))}</p>}
        </ExplainedFigure>
      )}
      <Figure name={SAY.weather} testId="figure-weather">
        {told(summary?.temperatureC ?? null, measures.temperature, isThere)}
        {summary?.condition != null && (
          <span className="figure-note">{STRINGS.station.conditions[summary.condition] ?? summary.condition}</span>
        )}
      </Figure>
    </dl>
  )
}

/** How much of the roads' length is at each level. */
function LevelBar() {
  const lengthM = useCity((state) => state.congestion?.lengthM ?? null)
  if (lengthM === null) return null
  return (
    <span className="level-bar" aria-hidden="true">
      {LEVELS.filter((level) => lengthM[level] > 0).map((level) => (
        <span key={level} data-level={level} style={{ flexGrow: lengthM[level] }} />
      ))}
    </span>
  )
}

function told(value: number | null, format: (value: number) => string, isThere: boolean): ReactNode {
  if (value !== null) return format(value)
  return isThere ? '–' : <span className="skeleton is-figure" />
}

interface FigureProps {
  readonly name: string
  readonly testId: string
  readonly children: ReactNode
}

function Figure({ name, testId, children }: FigureProps) {
  return (
    <div className="figure" data-testid={testId}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

interface ExplainedProps extends FigureProps {
  readonly value: string
  readonly beside?: ReactNode
}

/** A figure whose meaning is a click away. */
function ExplainedFigure({ name, value, beside, testId, children }: ExplainedProps) {
  const { isOpen, root, button, content } = usePopover()
  return (
    <div ref={root} className="figure is-explained" data-testid={testId}>
      <dt>{name}</dt>
      <dd>
        <button {...button} type="button" className="figure-button" aria-label={SAY.more(name, value)}>
          {value}
          {beside}
        </button>
        <div {...content} className="floating meaning" data-testid={`${testId}-meaning`}>
          {isOpen && (
            <>
              <h3>
                {name} <span>{value}</span>
              </h3>
              {children}
            </>
          )}
        </div>
      </dd>
    </div>
  )
}

interface MeaningProps {
  readonly congestion: Congestion
  readonly summary: Summary | null
}

/** Slower counts as this, km/h: the gateway's own. */
const SLOWEST_KMH = 3

function IndexMeaning({ congestion: { index, lengthM }, summary }: MeaningProps) {
  const { length, speed } = useMeasures()
  const allM = LEVELS.reduce((sum, level) => sum + lengthM[level], 0)
  return (
    <>
      <p>{inWords(index)}</p>
      <LevelBar />
      <ul className="meaning-levels" aria-label={SAY.indexLevels}>
        {LEVELS.map((level) => (
          <li key={level} data-level={level}>
            <span className="level-line" aria-hidden="true" />
            <span>{STRINGS.level.names[level]}</span>
            <span className="meaning-length">{length(lengthM[level])}</span>
            <span className="meaning-share">{allM === 0 ? '–' : percent(lengthM[level] / allM)}</span>
          </li>
        ))}
      </ul>
      {summary !== null && <p>{SAY.reporting(whole(summary.reportingRoads), whole(summary.roads))}</p>}
      <p className="quiet">
        {SAY.indexHelp} {SAY.indexFloor(speed(SLOWEST_KMH))}
      </p>
    </>
  )
}

/** As the figure rounds it: ×1.18 is 18 % more. */
function inWords(index: number | null): string {
  if (index === null) return SAY.indexNone
  const more = Math.round((index - 1) * 100) / 100
  if (more === 0) return SAY.indexFree
  return more > 0 ? SAY.indexSlower(percent(more)) : SAY.indexFaster(percent(-more))
}
