/** How the platform stands, what is not well first. */

import type { LayerStatus, PartState, Platform, ServiceStatus } from '../contract/status.ts'

export type Part = ({ readonly kind: 'layer' } & LayerStatus) | ({ readonly kind: 'service' } & ServiceStatus)

/** What is away is worse than what nobody can tell of. */
const WORST: readonly PartState[] = ['down', 'degraded', 'unknown', 'up']

export function partsOf({ layers, services }: Platform): readonly Part[] {
  const parts: readonly Part[] = [
    ...layers.map((one) => ({ kind: 'layer' as const, ...one })),
    ...services.map((one) => ({ kind: 'service' as const, ...one })),
  ]
  return [...parts].sort((one, other) => WORST.indexOf(one.state) - WORST.indexOf(other.state))
}

/** Those of which nobody can say that they are well. */
export function notUp(parts: readonly Part[]): readonly Part[] {
  return parts.filter(({ state }) => state !== 'up')
}
