/** Whether a thing that nobody knows may still come: who opens a link is there before the data is. */

import type { Selection } from './selection.ts'
import type { CityState } from './store.ts'

export function isAwaited({ model, live }: Pick<CityState, 'model' | 'live'>, selection: Selection | null): boolean {
  switch (selection?.kind) {
    case undefined:
      return false
    case 'incident':
      return live.emergencies.freshness === null
    case 'vehicle':
      return live.vehicles.freshness === null
    case 'road':
      // Its name is in either.
      return model === null || live.traffic.freshness === null
    case 'hospital':
    case 'sensor':
      return model === null
    case 'camera':
      return live.cameras.freshness === null
    case 'station':
      return live.weather.freshness === null
  }
}
