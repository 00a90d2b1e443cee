import { percent, whole } from '../../format.ts'
import { useCity } from '../../state/store.ts'
import { STRINGS } from '../../strings.ts'
import { Age } from '../Age.tsx'
import { StationIcon } from '../icons.tsx'
import { useMeasures } from '../useMeasures.ts'
import { Card, GoneCard } from './Card.tsx'
import { Fact, Facts, known } from './Facts.tsx'

const SAY = STRINGS.station

export function StationCard({ id }: { readonly id: string }) {
  const station = useCity(({ shown }) => shown.weather.things.get(id))
  const { length, rain, temperature, wind } = useMeasures()
  if (station === undefined) return <GoneCard kind={SAY.kind} id={id} />
  const { condition } = station
  return (
    <Card
      sign={
        <span className="card-sign">
          <StationIcon />
        </span>
      }
      kind={SAY.kind}
      title={station.name}
    >
      <p className="card-lead">
        <strong>{known(station.temperatureC, temperature)}</strong>
        {condition !== null && condition !== 'unknown' && <span>{SAY.conditions[condition] ?? condition}</span>}
      </p>
      {station.stale && <p className="mark-stale">{STRINGS.card.stale}</p>}
      <Facts>
        <Fact name={SAY.wind}>{known(station.windSpeedMs, wind)}</Fact>
        <Fact name={SAY.precipitation}>{known(station.precipitationMmH, rain)}</Fact>
        <Fact name={SAY.humidity}>{known(station.humidityPct, (pct) => percent(pct / 100))}</Fact>
        <Fact name={SAY.visibility}>{known(station.visibilityM, length)}</Fact>
        <Fact name={SAY.airQuality}>{known(station.airQualityIndex, whole)}</Fact>
        {station.timeMs !== null && (
          <Fact name={SAY.seen}>
            <Age ms={station.timeMs} />
          </Fact>
        )}
      </Facts>
    </Card>
  )
}
