import { useEffect, useId, useMemo, useRef } from 'react'
import { useShallow } from 'zustand/react/shallow'

import { LOADING, type Asked } from '../../app/history.ts'
import { forecastOf, setView, useCity } from '../../state/store.ts'
import { TREND_RANGES, shownIn, withRoad, withoutRoad, type TrendRange, type Trends } from '../../state/trends.ts'
import { STRINGS } from '../../strings.ts'
import { CloseIcon } from '../icons.tsx'
import { reasonOf } from '../reasonOf.ts'
import { Segments } from '../Segments.tsx'
import { useFocusBack } from '../useFocusBack.ts'
import { useUsualAt } from '../useUsualAt.ts'
import { roadName } from '../whereIs.ts'
import { RoadChooser } from './RoadChooser.tsx'
import type { Series } from './series.ts'
import { SummaryTable } from './SummaryTable.tsx'
import { TrendCharts } from './TrendCharts.tsx'
import { closeTrends } from './Trends.tsx'
import { useTrends } from './useTrends.ts'

const SAY = STRINGS.trends

/** How the whole city, or one road against another, went in the last day or week. It lets the map be used beside it. */
export function TrendsPanel({ trends }: { readonly trends: Trends }) {
  const { asked, retry } = useTrends(trends)
  const model = useCity((state) => state.model)
  const names = useCity(useShallow((state) => trends.roads.map((id) => roadName(state, id))))
  const titleId = useId()
  const panel = useRef<HTMLElement>(null)
  // Who opens it is led there, and back to where they were when it closes.
  useFocusBack(true)
  useEffect(() => {
    panel.current?.focus()
  }, [])

  const shown = useMemo(
    () =>
      shownIn(trends).map((roadId, at) => ({
        roadId,
        at,
        name: names[at] ?? SAY.city,
        freeFlowKmh: roadId === null ? null : (model?.roads.get(roadId)?.freeFlowKmh ?? null),
        asked: asked.get(roadId) ?? LOADING,
      })),
    [trends, names, model, asked],
  )
  return (
    <section ref={panel} className="floating trends" tabIndex={-1} aria-labelledby={titleId} data-testid="trends">
      <header className="trends-head">
        <h2 id={titleId}>{SAY.title}</h2>
        <Segments
          name={SAY.range}
          testId="trend-range"
          choices={TREND_RANGES}
          names={SAY.ranges}
          chosen={trends.range}
          onChoose={(range) => {
            change((before) => ({ ...before, range }))
          }}
        />
        <button type="button" className="icon-button is-small" aria-label={SAY.close} title={SAY.close} onClick={closeTrends}>
          <CloseIcon />
        </button>
      </header>
      <div className="trends-body panel-body">
        <div className="trend-choice">
          <ul className="trend-chips" aria-label={SAY.chosen}>
            {shown.map(({ roadId, at, name }) => (
              <li key={roadId} className="trend-chip">
                <span className="trend-swatch" data-series={at} aria-hidden="true" />
                <span className="trend-name">{name}</span>
                {roadId !== null && (
                  <button
                    type="button"
                    className="icon-button is-small"
                    aria-label={SAY.takeOut(name)}
                    title={SAY.takeOut(name)}
                    onClick={() => {
                      change((before) => withoutRoad(before, roadId))
                    }}
                  >
                    <CloseIcon />
                  </button>
                )}
              </li>
            ))}
          </ul>
          <RoadChooser
            label={trends.roads.length === 0 ? SAY.choose : SAY.compare}
            onTake={(id) => {
              change((before) => withRoad(before, id))
            }}
          />
        </div>
        {shown.map(({ roadId, name, asked: one }) =>
          one.status === 'failed' ? (
            <div key={roadId} className="trend-note" role="status">
              <p className="quiet">{SAY.reason(name, reasonOf(one.failure, SAY))}</p>
              <button
                type="button"
                className="button is-small"
                onClick={() => {
                  retry(roadId)
                }}
              >
                {STRINGS.day.retry}
              </button>
            </div>
          ) : null,
        )}
        <Known shown={shown} range={trends.range} timeZone={model?.city.timeZone ?? 'UTC'} />
      </div>
    </section>
  )
}

interface Shown extends Omit<Series, 'windows' | 'nowMs'> {
  readonly asked: Asked
}

interface KnownProps {
  readonly shown: readonly Shown[]
  readonly range: TrendRange
  readonly timeZone: string
}

/** What has come of it. */
function Known({ shown, range, timeZone }: KnownProps) {
  const tableId = useId()
  const series = useMemo(
    () =>
      shown.flatMap(({ asked, ...one }) =>
        asked.status === 'known' ? [{ ...one, windows: asked.history.windows, nowMs: asked.nowMs, span: asked.history }] : [],
      ),
    [shown],
  )
  const [only, ...others] = shown
  const usual = useUsualAt(only === undefined || others.length > 0 ? null : only.roadId)
  const forecast = useCity((state) =>
    range === 'week' || only === undefined || only.roadId === null || others.length > 0 ? null : forecastOf(state, only.roadId),
  )
  const [first] = series
  const isEmpty = series.every(({ windows }) => windows.length === 0)
  if (shown.some(({ asked }) => asked.status === 'loading') && isEmpty) {
    return (
      <p className="trend-waiting">
        <span className="hidden-words">{SAY.loading}</span>
        <span className="skeleton" aria-hidden="true" />
      </p>
    )
  }
  if (first === undefined) return null
  if (isEmpty) return <p className="trend-note quiet">{SAY.empty}</p>
  return (
    <>
      <TrendCharts series={series} usual={usual} forecast={forecast} span={first.span} range={range} timeZone={timeZone} describedBy={tableId} />
      <SummaryTable id={tableId} series={series} usual={usual} forecast={forecast} range={range} timeZone={timeZone} />
      <p className="trend-small quiet">{SAY.meanHelp}</p>
    </>
  )
}

function change(to: (before: Trends) => Trends): void {
  setView((view) => (view.trends === null ? view : { ...view, trends: to(view.trends) }))
}
