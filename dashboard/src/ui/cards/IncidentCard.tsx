import type { Incident } from '../../contract/incident.ts'
import { helpOf, isOver, lifeOf } from '../../state/incident.ts'
import { useCity } from '../../state/store.ts'
import { STRINGS } from '../../strings.ts'
import { Lasting } from '../Age.tsx'
import { Card, GoneCard } from './Card.tsx'
import { Course } from './incident/Course.tsx'
import { Helpers } from './incident/Helpers.tsx'
import { Responses } from './incident/Responses.tsx'
import { RoadLink } from './RoadLink.tsx'

const SAY = STRINGS.incident

export function IncidentCard({ id }: { readonly id: string }) {
  const incident = useCity(({ shown }) => shown.emergencies.things.get(id))
  return incident === undefined ? <GoneCard kind={SAY.kinds.other} id={id} /> : <Known incident={incident} />
}

function Known({ incident }: { readonly incident: Incident }) {
  const { kind, severity, status, roadId } = incident
  const model = useCity((state) => state.model)
  const shown = useCity((state) => state.shown)
  const help = helpOf({ model, shown }, incident)
  const life = lifeOf(incident)
  const present = life.find(({ state }) => state === 'present')
  return (
    <Card
      sign={
        <span className="severity" data-severity={severity} title={SAY.severity(severity)}>
          {severity}
        </span>
      }
      kind={SAY.severity(severity)}
      title={SAY.kinds[kind]}
      around={[help.scene, help.unit, help.hospital].filter((place) => place !== null)}
    >
      <p className="incident-now" data-status={status}>
        <strong data-testid="incident-status">{SAY.statuses[status]}</strong>
        {present?.timeMs != null && !isOver(incident) && <Lasting ms={present.timeMs} />}
      </p>
      <p className="incident-place">
        {roadId === null ? <span className="quiet">{SAY.noPlace}</span> : <RoadLink id={roadId} />}
      </p>
      <Course life={life} isOver={isOver(incident)} />
      <Helpers incident={incident} help={help} />
      <Responses incident={incident} />
    </Card>
  )
}
