import { ROAD_USERS, type Camera } from '../../contract/camera.ts'
import { whole } from '../../format.ts'
import { useCity } from '../../state/store.ts'
import { STRINGS } from '../../strings.ts'
import { Age } from '../Age.tsx'
import { CameraIcon } from '../icons.tsx'
import { useMeasures } from '../useMeasures.ts'
import { Card, GoneCard } from './Card.tsx'
import { Fact, Facts, known } from './Facts.tsx'
import { RoadLink } from './RoadLink.tsx'

const SAY = STRINGS.camera

export function CameraCard({ id }: { readonly id: string }) {
  const camera = useCity(({ shown }) => shown.cameras.things.get(id))
  const { speed } = useMeasures()
  if (camera === undefined) return <GoneCard kind={SAY.kind} id={id} />
  return (
    <Card
      sign={
        <span className="card-sign">
          <CameraIcon />
        </span>
      }
      kind={SAY.kind}
      title={camera.id}
    >
      {camera.stale && <p className="mark-stale">{STRINGS.card.stale}</p>}
      <Facts>
        <Fact name={SAY.speed}>{known(camera.meanSpeedKmh, speed)}</Fact>
        {camera.incident !== null && <Fact name={SAY.incident}>{camera.incident.replaceAll('_', ' ')}</Fact>}
        {camera.roadId !== null && (
          <Fact name={SAY.road}>
            <RoadLink id={camera.roadId} />
          </Fact>
        )}
        {camera.timeMs !== null && (
          <Fact name={SAY.seen}>
            <Age ms={camera.timeMs} />
          </Fact>
        )}
      </Facts>
      {camera.counts !== null && <Counts counts={camera.counts} />}
    </Card>
  )
}

function Counts({ counts }: { readonly counts: NonNullable<Camera['counts']> }) {
  const users = ROAD_USERS.flatMap((user) => {
    const count = counts[user] ?? 0
    return count > 0 ? [{ user, count }] : []
  })
  const most = Math.max(1, ...users.map(({ count }) => count))
  return (
    <div className="counts">
      <p className="quiet">{SAY.counts}</p>
      <ul>
        {users.map(({ user, count }) => (
          <li key={user}>
            <span>{SAY.users[user]}</span>
            <span className="count-bar" aria-hidden="true">
              <span style={{ width: `${(count / most) * 100}%` }} />
            </span>
            <span>{whole(count)}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}
