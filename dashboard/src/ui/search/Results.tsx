import { whole } from '../../format.ts'
import type { Piece } from '../../state/fold.ts'
import type { Selection } from '../../state/selection.ts'
import { city } from '../../state/store.ts'
import { STRINGS } from '../../strings.ts'
import { CameraIcon, HospitalIcon, RoadIcon, SensorIcon, StationIcon, VehicleIcon } from '../icons.tsx'
import type { Row, RowGroup } from './rows.ts'

const SAY = STRINGS.search

interface Props {
  readonly id: string
  readonly groups: readonly RowGroup[]
  readonly activeAt: number
  readonly onPoint: (at: number) => void
  readonly onChoose: (selection: Selection) => void
}

export function optionId(listId: string, at: number): string {
  return `${listId}-${at}`
}

/** What was found, kind by kind. The field has the focus, and takes the keys. */
export function Results({ id, groups, activeAt, onPoint, onChoose }: Props) {
  const starts = groups.map((_, at) => groups.slice(0, at).reduce((sum, { rows }) => sum + rows.length, 0))
  return (
    <div id={id} role="listbox" aria-label={SAY.results} className="search-results">
      {groups.map(({ kind, rows, more }, at) => (
        <div key={kind} role="group" aria-labelledby={`${id}-${kind}`}>
          <p className="search-kind" role="presentation">
            <span id={`${id}-${kind}`}>{SAY.kinds[kind]}</span>
            {more > 0 && <span className="quiet">{SAY.more(whole(more))}</span>}
          </p>
          {rows.map((row, inGroup) => {
            const optionAt = (starts[at] ?? 0) + inGroup
            return (
              <Option
                key={row.selection.id}
                id={optionId(id, optionAt)}
                row={row}
                isActive={optionAt === activeAt}
                onPoint={() => {
                  onPoint(optionAt)
                }}
                onChoose={onChoose}
              />
            )
          })}
        </div>
      ))}
    </div>
  )
}

interface OptionProps {
  readonly id: string
  readonly row: Row
  readonly isActive: boolean
  readonly onPoint: () => void
  readonly onChoose: (selection: Selection) => void
}

function Option({ id, row: { selection, title, note }, isActive, onPoint, onChoose }: OptionProps) {
  return (
    // The field takes the keys on behalf of its options.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={isActive}
      className="search-option"
      ref={isActive ? intoView : undefined}
      onPointerMove={({ movementX, movementY }) => {
        // A list that goes past a pointer at rest is no choice.
        if (movementX !== 0 || movementY !== 0) onPoint()
      }}
      onClick={() => {
        onChoose(selection)
      }}
    >
      <Sign of={selection} />
      <span className="search-title">
        <Emphasised pieces={title} />
      </span>
      {note.length > 0 && (
        <span className="search-note">
          <Emphasised pieces={note} />
        </span>
      )}
    </div>
  )
}

function intoView(option: HTMLElement | null): void {
  option?.scrollIntoView({ block: 'nearest' })
}

function Emphasised({ pieces }: { readonly pieces: readonly Piece[] }) {
  return pieces.map(({ text, isMatch }, at) => (isMatch ? <mark key={at}>{text}</mark> : text))
}

const ICONS = { hospital: HospitalIcon, road: RoadIcon, camera: CameraIcon, station: StationIcon, sensor: SensorIcon }

function Sign({ of: { kind, id } }: { readonly of: Selection }) {
  const { shown } = city.getState()
  if (kind === 'incident') {
    const severity = shown.emergencies.things.get(id)?.severity
    return severity === undefined ? (
      <span className="search-sign" />
    ) : (
      <span className="severity" data-severity={severity} title={STRINGS.incident.severity(severity)}>
        {severity}
      </span>
    )
  }
  if (kind === 'vehicle') {
    return (
      <span className="search-sign" data-vehicle={shown.vehicles.things.get(id)?.type ?? 'other'}>
        <VehicleIcon />
      </span>
    )
  }
  const Icon = ICONS[kind]
  return (
    <span className="search-sign" data-kind={kind}>
      <Icon />
    </span>
  )
}
