import { isBack } from '../../state/past.ts'
import { setView, useCity } from '../../state/store.ts'
import { STRINGS } from '../../strings.ts'
import { Age } from '../Age.tsx'
import { TargetIcon, VehicleIcon } from '../icons.tsx'
import { useMeasures } from '../useMeasures.ts'
import { Card, GoneCard } from './Card.tsx'
import { Fact, Facts, known } from './Facts.tsx'
import { RoadLink } from './RoadLink.tsx'

const SAY = STRINGS.vehicle

export function VehicleCard({ id }: { readonly id: string }) {
  const vehicle = useCity(({ shown }) => shown.vehicles.things.get(id))
  const follows = useCity((state) => state.view.follows)
  const isPast = useCity((state) => state.past !== null)
  const isOfMinute = useCity((state) => isBack(state.past))
  const { speed } = useMeasures()
  if (vehicle === undefined) return <GoneCard kind={SAY.types.other} id={id} />
  return (
    <Card
      sign={
        <span className="card-sign" data-vehicle={vehicle.type}>
          <VehicleIcon />
        </span>
      }
      kind={SAY.types[vehicle.type]}
      title={vehicle.id}
      actions={
        isPast ? undefined : (
          <button
            type="button"
            className="button is-small"
            aria-pressed={follows}
            data-testid="follow"
            onClick={() => {
              setView((view) => ({ ...view, follows: !view.follows }))
            }}
          >
            <TargetIcon />
            {follows ? SAY.unfollow : SAY.follow}
          </button>
        )
      }
    >
      {vehicle.stale && <p className="mark-stale">{SAY.stale}</p>}
      <Facts>
        <Fact name={isOfMinute ? STRINGS.past.speed : SAY.speed}>{known(vehicle.speedKmh, speed)}</Fact>
        {!isPast && <Fact name={SAY.heading}>{known(vehicle.headingDeg, SAY.compass)}</Fact>}
        {vehicle.roadId !== null && (
          <Fact name={SAY.road}>
            <RoadLink id={vehicle.roadId} />
          </Fact>
        )}
        <Fact name={SAY.seen}>
          <Age ms={vehicle.timeMs} />
        </Fact>
      </Facts>
      <TrailNote />
    </Card>
  )
}

/** Of the line on the map, once there is one. */
function TrailNote() {
  const past = useCity((state) => state.trail?.past ?? 'loading')
  if (past === 'loading') return null
  return <p className="quiet card-note">{past === 'there' ? SAY.trail : SAY.noTrail}</p>
}
