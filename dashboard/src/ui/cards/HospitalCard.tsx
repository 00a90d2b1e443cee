import { useMemo } from 'react'

import { inboundTo } from '../../state/incidents.ts'
import { useCity } from '../../state/store.ts'
import { STRINGS } from '../../strings.ts'
import { HospitalIcon } from '../icons.tsx'
import { Card, GoneCard } from './Card.tsx'
import { Link } from './Link.tsx'

const SAY = STRINGS.hospital

export function HospitalCard({ id }: { readonly id: string }) {
  const hospital = useCity((state) => state.model?.hospitals.get(id))
  const incidents = useCity((state) => state.shown.emergencies)
  const inbound = useMemo(() => inboundTo(incidents, id), [incidents, id])
  if (hospital === undefined) return <GoneCard kind={SAY.kind} id={id} />
  return (
    <Card
      sign={
        <span className="card-sign is-hospital">
          <HospitalIcon />
        </span>
      }
      kind={SAY.kind}
      title={hospital.name}
    >
      <div className="inbound">
        <p className="quiet">{inbound.length === 0 ? SAY.noInbound : SAY.inbound}</p>
        <ul>
          {inbound.map((incident) => (
            <li key={incident.id}>
              <span className="severity" data-severity={incident.severity}>
                {incident.severity}
              </span>
              <Link to={{ kind: 'incident', id: incident.id }}>{STRINGS.incident.kinds[incident.kind]}</Link>
              <span className="quiet">{incident.unitId}</span>
            </li>
          ))}
        </ul>
      </div>
    </Card>
  )
}
