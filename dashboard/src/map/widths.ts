/** How wide a road is drawn beside others: by its class where that is a known word, else by its lanes. */

import type { ModelRoad } from '../contract/model.ts'

const BY_CLASS: Readonly<Record<string, number>> = {
  motorway: 3.2,
  expressway: 3.2,
  trunk: 3,
  arterial: 2.4,
  primary: 2.4,
  secondary: 2,
  tertiary: 1.7,
  street: 1.8,
  side_street: 1.1,
  residential: 1.2,
  service: 0.9,
}

export function widthOf({ roadClass, lanes }: Pick<ModelRoad, 'roadClass' | 'lanes'>): number {
  const known = roadClass === null ? undefined : BY_CLASS[roadClass]
  return known ?? 0.9 + 0.5 * Math.min(4, Math.max(1, lanes ?? 1))
}
