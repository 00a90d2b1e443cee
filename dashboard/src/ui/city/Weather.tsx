import { whole } from '../../format.ts'
import { useCity } from '../../state/store.ts'
import { STRINGS } from '../../strings.ts'
import { useMeasures } from '../useMeasures.ts'

const SAY = STRINGS.city

/** Of all stations together. */
export function Weather() {
  const summary = useCity((state) => state.summary)
  const { length, rain, temperature, wind } = useMeasures()
  if (summary === null) return null
  const { condition, temperatureC, windSpeedMs, precipitationMmH, leastVisibilityM, stations } = summary
  const facts = [
    [STRINGS.station.wind, windSpeedMs === null ? null : wind(windSpeedMs)],
    [STRINGS.station.precipitation, precipitationMmH === null ? null : rain(precipitationMmH)],
    [SAY.leastVisibility, leastVisibilityM === null ? null : length(leastVisibilityM)],
  ] as const
  return (
    <section className="city-weather" aria-labelledby="city-weather" data-testid="city-weather">
      <h3 id="city-weather">
        {SAY.weather} <span className="quiet">{stations === 0 ? SAY.noWeather : SAY.stations(whole(stations))}</span>
      </h3>
      {stations > 0 && (
        <div>
          <p className="city-weather-lead">
            <strong>{temperatureC === null ? '–' : temperature(temperatureC)}</strong>
            {condition !== null && <span>{STRINGS.station.conditions[condition] ?? condition}</span>}
          </p>
          <dl>
            {facts.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value ?? '–'}</dd>
              </div>
            ))}
          </dl>
        </div>
      )}
    </section>
  )
}
