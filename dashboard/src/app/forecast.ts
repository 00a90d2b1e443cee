/** What is expected of the roads that are looked at, and how good such forecasts were. */

import { loadForecast, loadScores } from '../api/forecast.ts'
import { city } from '../state/store.ts'
import { roadsLookedAt } from '../state/usual.ts'
import { followWanted } from './wanted.ts'

/** New ones come with each window of five minutes. */
const FRESH_MS = 30_000
/** Of a whole day: they change slowly. */
const SCORES_FRESH_MS = 600_000

/** Returns what ends it, and forgets what is known. `onError` tells of what could not be had. */
export function followForecasts(onError: (error: unknown) => void): () => void {
  const endings = [
    followWanted({
      wanted: roadsLookedAt,
      load: loadForecast,
      freshMs: FRESH_MS,
      tell: (roadForecasts) => {
        city.setState({ roadForecasts })
      },
      onError,
    }),
    followWanted({
      // Of all roads together, but asked for with each: who looks at another one finds them new.
      wanted: roadsLookedAt,
      load: (_, signal) => loadScores(signal),
      freshMs: SCORES_FRESH_MS,
      tell: (scores) => {
        city.setState({ scores })
      },
      onError,
    }),
  ]
  return () => {
    for (const end of endings) end()
  }
}
