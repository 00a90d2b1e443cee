import { LONG_WAIT_MS } from '../state/incident.ts'
import { useShownNow } from './useNow.ts'

/** Whether an incident waits for too long already; `sinceMs` is null of one that does not wait. */
export function useIsLongWait(sinceMs: number | null): boolean {
  const now = useShownNow()
  return sinceMs !== null && now - sinceMs >= LONG_WAIT_MS
}
