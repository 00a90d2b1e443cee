import { useMemo } from 'react'

import type { RoadForecast } from '../../contract/forecast.ts'
import { clockTime, percent, shortDay, whole } from '../../format.ts'
import type { TrendRange } from '../../state/trends.ts'
import type { UsualAt } from '../../state/usual.ts'
import { STRINGS } from '../../strings.ts'
import { useMeasures } from '../useMeasures.ts'
import { summaryOf, usualMeanKmh, type Extreme, type Series } from './series.ts'

const SAY = STRINGS.trends

interface Props {
  readonly id: string
  readonly series: readonly Series[]
  /** Of one road alone: what is usual on it; null where nobody knows. */
  readonly usual: UsualAt | null
  /** Of one road alone: what is expected; null of none. */
  readonly forecast: RoadForecast | null
  readonly range: TrendRange
  readonly timeZone: string
}

/** The range in a few figures: what the charts show, for those who do not see them, too. */
export function SummaryTable({ id, series, usual, forecast, range, timeZone }: Props) {
  const { speed, speeds } = useMeasures()
  const columns = useMemo(() => series.map((one) => ({ ...one, summary: summaryOf(one) })), [series])
  const usualKmh = useMemo(() => series.map(({ windows }) => (usual === null ? null : usualMeanKmh(windows, usual))), [series, usual])
  const when = ({ startMs }: Extreme): string => {
    const time = clockTime(startMs, timeZone, false)
    return range === 'day' ? time : `${shortDay(startMs, timeZone)}, ${time}`
  }
  const rows: readonly TableRow[] = [
    { name: SAY.mean, cells: columns.map(({ summary: { meanSpeedKmh } }) => (meanSpeedKmh === null ? null : [speed(meanSpeedKmh)])) },
    {
      name: SAY.usual,
      cells: usualKmh.map((kmh) => (kmh === null ? null : [speed(kmh)])),
      isLeftOut: usualKmh.every((kmh) => kmh === null),
    },
    {
      name: SAY.ofFreeFlow,
      cells: columns.map(({ freeFlowKmh, summary: { ratio } }) =>
        ratio === null || freeFlowKmh === null ? null : [percent(ratio), SAY.of(speed(freeFlowKmh))],
      ),
      // All roads together have none.
      isLeftOut: series.every(({ freeFlowKmh }) => freeFlowKmh === null),
    },
    {
      name: SAY.slowest,
      cells: columns.map(({ summary: { slowest } }) => (slowest === null ? null : [speed(slowest.value), when(slowest)])),
    },
    {
      name: SAY.busiest,
      cells: columns.map(({ summary: { busiest } }) =>
        busiest === null ? null : [STRINGS.day.vehicles(whole(busiest.value)), when(busiest)],
      ),
    },
    ...(forecast?.ahead ?? []).map(
      ({ minutes, speedKmh, lowKmh, highKmh }): TableRow => ({
        name: STRINGS.ahead.in(minutes),
        cells: [[speed(speedKmh), speeds(lowKmh, highKmh)]],
      }),
    ),
  ]
  return (
    <table id={id} className="trend-table">
      <caption className="hidden-words">{SAY.table(SAY.ranges[range])}</caption>
      <thead>
        <tr>
          <td />
          {columns.map(({ name, at }) => (
            <th key={at} scope="col">
              <span className="trend-swatch" data-series={at} aria-hidden="true" />
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.filter(({ isLeftOut = false }) => !isLeftOut).map(({ name, cells }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {cells.map((cell, at) => (
              <td key={at}>
                {cell === null ? SAY.none : <strong>{cell[0]}</strong>}
                {cell?.[1] !== undefined && <span className="quiet"> {cell[1]}</span>}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

interface TableRow {
  readonly name: string
  /** A figure and what belongs to it; null of what is not known. */
  readonly cells: readonly ([figure: string, aside?: string] | null)[]
  readonly isLeftOut?: boolean
}
