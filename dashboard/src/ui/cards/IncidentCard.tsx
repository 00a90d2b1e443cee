import { sinceMs, type Step } from '../../contract/incident.ts'
import { clockTime, duration } from '../../format.ts'
import { useCity } from '../../state/store.ts'
import { STRINGS } from '../../strings.ts'
import { Age, Lasting } from '../Age.tsx'
import { Card, GoneCard } from './Card.tsx'
import { Fact, Facts } from './Facts.tsx'
import { Link } from './Link.tsx'
import { RoadLink } from './RoadLink.tsx'

const SAY = STRINGS.incident

export function IncidentCard({ id }: { readonly id: string }) {
  const incident = useCity(({ shown }) => shown.emergencies.things.get(id))
  const hospital = useCity(({ model }) =>
    incident?.hospitalId == null ? null : (model?.hospitals.get(incident.hospitalId)?.name ?? incident.hospitalId),
  )
  if (incident === undefined) return <GoneCard kind={SAY.kinds.other} id={id} />
  const { kind, severity, status, unitId, hospitalId, roadId, responseS, timeMs } = incident
  return (
    <Card
      sign={
        <span className="severity" data-severity={severity} title={SAY.severity(severity)}>
          {severity}
        </span>
      }
      kind={SAY.severity(severity)}
      title={SAY.kinds[kind]}
    >
      <p className="card-status" data-testid="incident-status">
        {SAY.statuses[status]}
      </p>
      <Facts>
        <Fact name={SAY.road}>
          {roadId === null ? <span className="quiet">{SAY.noPlace}</span> : <RoadLink id={roadId} />}
        </Fact>
        <Fact name={SAY.since}>
          <Lasting ms={sinceMs(incident)} />
        </Fact>
        <Fact name={SAY.latest}>
          <Age ms={timeMs} />
        </Fact>
        {responseS !== null && <Fact name={SAY.response}>{duration(responseS)}</Fact>}
        {unitId !== null && (
          <Fact name={SAY.unit}>
            <Link to={{ kind: 'vehicle', id: unitId }}>{unitId}</Link>
          </Fact>
        )}
        {hospitalId !== null && hospital !== null && (
          <Fact name={SAY.hospital}>
            <Link to={{ kind: 'hospital', id: hospitalId }}>{hospital}</Link>
          </Fact>
        )}
      </Facts>
      <Course steps={incident.steps} />
    </Card>
  )
}

/** What happened when. */
function Course({ steps }: { readonly steps: readonly Step[] }) {
  const timeZone = useCity((state) => state.model?.city.timeZone ?? 'UTC')
  if (steps.length === 0) return null
  return (
    <ol className="course" aria-label={SAY.course}>
      {steps.map(({ status, timeMs }) => (
        <li key={status}>
          <span>{SAY.statuses[status]}</span>
          <time dateTime={new Date(timeMs).toISOString()}>{clockTime(timeMs, timeZone)}</time>
        </li>
      ))}
    </ol>
  )
}
