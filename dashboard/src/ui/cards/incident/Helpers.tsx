import type { Incident } from '../../../contract/incident.ts'
import type { Vehicle } from '../../../contract/vehicle.ts'
import { distanceM } from '../../../state/geo.ts'
import { isOver, targetOf, waitsSinceMs, type Help } from '../../../state/incident.ts'
import { useCity } from '../../../state/store.ts'
import { STRINGS } from '../../../strings.ts'
import { Age } from '../../Age.tsx'
import { AlertIcon, HospitalIcon } from '../../icons.tsx'
import { useIsLongWait } from '../../useIsLongWait.ts'
import { useMeasures } from '../../useMeasures.ts'
import { VehicleShape } from '../../VehicleShape.tsx'
import { Link } from '../Link.tsx'

const SAY = STRINGS.incident

interface Props {
  readonly incident: Incident
  readonly help: Help
}

/** Who comes and where somebody is brought, each with how far that is. */
export function Helpers({ incident, help }: Props) {
  const { unitId, hospitalId } = incident
  return (
    <ul className="helpers">
      {unitId === null ? <NoUnit incident={incident} /> : <Unit id={unitId} help={help} />}
      {hospitalId !== null && <Hospital id={hospitalId} help={help} />}
    </ul>
  )
}

function NoUnit({ incident }: Pick<Props, 'incident'>) {
  const isLong = useIsLongWait(waitsSinceMs(incident))
  return (
    <li className="helper" data-testid="incident-unit" data-late={isLong}>
      <span className="helper-sign">
        <AlertIcon />
      </span>
      <p>{isOver(incident) || waitsSinceMs(incident) === null ? SAY.noUnitAtAll : SAY.noUnit}</p>
    </li>
  )
}

function Unit({ id, help }: { readonly id: string; readonly help: Help }) {
  const { length } = useMeasures()
  const { unit, isTransport } = help
  const target = targetOf(help)
  const say = isTransport ? SAY.toHospital : SAY.toScene
  return (
    <li className="helper" data-testid="incident-unit">
      <span className="helper-sign" data-vehicle={unit?.type ?? 'other'}>
        <VehicleShape type={unit?.type ?? 'other'} />
      </span>
      <p>
        <Link to={{ kind: 'vehicle', id }}>{id}</Link>
        {unit !== null && target !== null && (
          <span className="helper-far" data-testid="unit-distance">
            {say(length(distanceM(unit, target)))}
          </span>
        )}
      </p>
      {unit === null ? <p className="quiet">{SAY.unitAway}</p> : <Position unit={unit} />}
    </li>
  )
}

function Position({ unit }: { readonly unit: Vehicle }) {
  const { speed } = useMeasures()
  return (
    <p className={unit.stale ? 'is-late' : 'quiet'}>
      <span>
        {unit.stale ? STRINGS.vehicle.stale : SAY.position} <Age ms={unit.timeMs} />
      </span>
      {unit.speedKmh !== null && <span className="helper-far">{speed(unit.speedKmh)}</span>}
    </p>
  )
}

function Hospital({ id, help: { scene, hospital } }: { readonly id: string; readonly help: Help }) {
  const name = useCity(({ model }) => model?.hospitals.get(id)?.name ?? id)
  const { length } = useMeasures()
  return (
    <li className="helper" data-testid="incident-hospital">
      <span className="helper-sign is-hospital">
        <HospitalIcon />
      </span>
      <p>
        <Link to={{ kind: 'hospital', id }}>{name}</Link>
      </p>
      {scene !== null && hospital !== null && <p className="quiet">{SAY.fromScene(length(distanceM(scene, hospital)))}</p>}
    </li>
  )
}
