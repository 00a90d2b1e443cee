import { useEffect, useState } from 'react'

import { askHowItEnded } from '../../app/ended.ts'
import type { Incident } from '../../contract/incident.ts'
import { isAwaited } from '../../state/awaited.ts'
import { helpOf, isOver, lifeOf } from '../../state/incident.ts'
import { isBack } from '../../state/past.ts'
import { useCity } from '../../state/store.ts'
import { STRINGS } from '../../strings.ts'
import { Lasting } from '../Age.tsx'
import { Card, ComingCard, GoneCard } from './Card.tsx'
import { Course } from './incident/Course.tsx'
import { Helpers } from './incident/Helpers.tsx'
import { Responses } from './incident/Responses.tsx'
import { RoadLink } from './RoadLink.tsx'

const SAY = STRINGS.incident

export function IncidentCard({ id }: { readonly id: string }) {
  const incident = useCity(({ shown }) => shown.emergencies.things.get(id))
  const isOfNow = useCity((state) => !isBack(state.past) && !isAwaited(state, { kind: 'incident', id }))
  if (incident !== undefined) return <Known incident={incident} />
  return isOfNow ? <Ended id={id} /> : <GoneCard kind={SAY.kinds.other} id={id} />
}

/** The stream tells of none that has ended; from a link it may be one. */
function Ended({ id }: { readonly id: string }) {
  const [incident, setIncident] = useState<Incident | null | 'asked'>('asked')
  useEffect(() => askHowItEnded(id, setIncident), [id])
  if (incident === 'asked') return <ComingCard kind={SAY.kinds.other} />
  return incident === null ? <GoneCard kind={SAY.kinds.other} id={id} /> : <Known incident={incident} />
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
