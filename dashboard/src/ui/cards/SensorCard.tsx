import { useCity } from '../../state/store.ts'
import { STRINGS } from '../../strings.ts'
import { SensorIcon } from '../icons.tsx'
import { Card, GoneCard } from './Card.tsx'
import { Fact, Facts } from './Facts.tsx'
import { RoadLink } from './RoadLink.tsx'

const SAY = STRINGS.sensor

export function SensorCard({ id }: { readonly id: string }) {
  const sensor = useCity((state) => state.model?.sensors.get(id))
  if (sensor === undefined) return <GoneCard kind={SAY.kind} id={id} />
  return (
    <Card
      sign={
        <span className="card-sign">
          <SensorIcon />
        </span>
      }
      kind={SAY.kind}
      title={sensor.id}
    >
      <Facts>
        <Fact name={SAY.road}>
          <RoadLink id={sensor.name} />
        </Fact>
      </Facts>
    </Card>
  )
}
