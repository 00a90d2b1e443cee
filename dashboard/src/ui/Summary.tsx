import type { ReactNode } from 'react'

import { LEVELS } from '../contract/road.ts'
import { duration, ratio, whole } from '../format.ts'
import { useCity } from '../state/store.ts'
import { STRINGS } from '../strings.ts'
import { useMeasures } from './useMeasures.ts'

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
      <Figure name={SAY.index} help={SAY.indexHelp} testId="figure-congestion">
        {told(congestion?.index ?? null, (index) => `×${ratio(index)}`, congestion !== null)}
        <LevelBar />
      </Figure>
      <Figure name={SAY.incidents} testId="figure-incidents">
        {told(incidents ?? summary?.incidents ?? null, whole, isThere)}
      </Figure>
      <Figure name={SAY.response} testId="figure-response">
        {told(summary?.meanResponseS ?? null, duration, isThere)}
      </Figure>
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
  readonly help?: string
  readonly testId: string
  readonly children: ReactNode
}

function Figure({ name, help, testId, children }: FigureProps) {
  return (
    <div className="figure" title={help} data-testid={testId}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
