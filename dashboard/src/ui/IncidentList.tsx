import { useMemo } from 'react'

import { sinceMs, type Incident } from '../contract/incident.ts'
import { mapHandle } from '../map/handle.ts'
import { waitsSinceMs } from '../state/incident.ts'
import { PROGRESS, countByProgress, ranked } from '../state/incidents.ts'
import { placeOf } from '../state/places.ts'
import { isBack } from '../state/past.ts'
import { chosenId } from '../state/selection.ts'
import { city, setView, useCity } from '../state/store.ts'
import { selected } from '../state/view.ts'
import { whole } from '../format.ts'
import { STRINGS } from '../strings.ts'
import { Age } from './Age.tsx'
import { AlertIcon, ClearIcon } from './icons.tsx'
import { SkeletonRows } from './Skeleton.tsx'
import { useArrowKeys } from './useArrowKeys.ts'
import { useIsLongWait } from './useIsLongWait.ts'
import { whereIs } from './whereIs.ts'

/** All active incidents, worst first. Arrow keys go through them. */
export function IncidentList() {
  const incidents = useCity((state) => state.shown.emergencies)
  const chosen = useCity(({ view }) => chosenId(view.selection, 'incident'))
  const isPast = useCity((state) => isBack(state.past))
  const rows = useMemo(() => ranked(incidents), [incidents])
  const { list, tabId, onFocus, onKeyDown } = useArrowKeys(rows.map(({ id }) => id))

  if (incidents.freshness === null) return <SkeletonRows count={5} />
  if (rows.length === 0) {
    return (
      <div className="empty" id="incidents" tabIndex={-1} data-testid="no-incidents">
        <ClearIcon />
        <p>{STRINGS.empty.incidents}</p>
        {!isPast && <p className="quiet">{STRINGS.empty.incidentsLead}</p>}
      </div>
    )
  }
  return (
    <>
      <Counts incidents={rows} />
      {/* The list takes arrow keys on behalf of its buttons. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <ul ref={list} id="incidents" className="incident-list" tabIndex={-1} onKeyDown={onKeyDown} aria-label={STRINGS.incident.panel}>
        {rows.map((incident) => (
          <Row
            key={incident.id}
            incident={incident}
            isChosen={incident.id === chosen}
            isTab={incident.id === tabId}
            onFocus={onFocus}
          />
        ))}
      </ul>
    </>
  )
}

/** How far help is, in one line. */
function Counts({ incidents }: { readonly incidents: readonly Incident[] }) {
  const counts = countByProgress(incidents)
  return (
    <ul className="incident-counts" aria-label={STRINGS.incident.counts} data-testid="incident-counts">
      {PROGRESS.filter((progress) => counts[progress] > 0).map((progress) => (
        <li key={progress} data-progress={progress}>
          <strong>{whole(counts[progress])}</strong> {STRINGS.incident.progresses[progress]}
        </li>
      ))}
    </ul>
  )
}

interface RowProps {
  readonly incident: Incident
  readonly isChosen: boolean
  readonly isTab: boolean
  readonly onFocus: (id: string) => void
}

function Row({ incident, isChosen, isTab, onFocus }: RowProps) {
  const { id, kind, severity, status } = incident
  const where = useCity((state) => whereIs(state, incident))
  return (
    <li>
      <button
        type="button"
        className="incident-row"
        data-testid="incident-row"
        data-incident={id}
        aria-current={isChosen}
        tabIndex={isTab ? 0 : -1}
        onFocus={() => {
          onFocus(id)
        }}
        onClick={() => {
          choose(incident)
        }}
      >
        <span className="severity" data-severity={severity} title={STRINGS.incident.severity(severity)}>
          <span className="hidden-words">{STRINGS.incident.severity(severity)}</span>
          <span aria-hidden="true">{severity}</span>
        </span>
        <span className="incident-row-what">
          <span className="incident-row-head">
            <strong>{STRINGS.incident.kinds[kind]}</strong>
            <Unit incident={incident} />
          </span>
          <span>{where ?? STRINGS.incident.noPlace}</span>
        </span>
        <span className="incident-row-state">
          <Age ms={sinceMs(incident)} short />
          <span data-status={status}>{STRINGS.incident.statuses[status]}</span>
        </span>
      </button>
    </li>
  )
}

/** Who comes; of one that nobody was sent to, that. */
function Unit({ incident }: { readonly incident: Incident }) {
  const sinceMs = waitsSinceMs(incident)
  const isLong = useIsLongWait(sinceMs)
  if (incident.unitId !== null) return <span data-testid="row-unit">{incident.unitId}</span>
  if (sinceMs === null) return null
  return (
    <span data-testid="row-unit" data-late={isLong}>
      {isLong && <AlertIcon />}
      {STRINGS.incident.noUnit}
    </span>
  )
}

function choose({ id }: Incident): void {
  setView((view) => selected(view, { kind: 'incident', id }))
  const place = placeOf(city.getState(), { kind: 'incident', id })
  if (place !== null) mapHandle()?.goTo(place)
}
