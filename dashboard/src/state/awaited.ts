/** Whether a thing that nobody knows may still come: who opens a link is there before the data is. */

import type { Selection } from './selection.ts'
import type { CityState } from './store.ts'

export function isAwaited({ model, shown }: Pick<CityState, 'model' | 'shown'>, selection: Selection | null): boolean {
  switch (selection?.kind) {
    case undefined:
      return false
    case 'incident':
      return shown.emergencies.freshness === null
    case 'vehicle':
      return shown.vehicles.freshness === null
    case 'road':
      // Its name is in either.
      return model === null || shown.traffic.freshness === null
    case 'hospital':
    case 'sensor':
      return model === null
    case 'camera':
      return shown.cameras.freshness === null
    case 'station':
      return shown.weather.freshness === null
  }
}
