/** Back to now; who was in the timeline finds themselves where it was opened. */

import { leavePast } from '../../app/past.ts'

export const TIMELINE = 'timeline'
export const TIMELINE_BUTTON = 'timeline-button'

export function leaveTimeline(): void {
  const wasInside = document.getElementById(TIMELINE)?.contains(document.activeElement) ?? false
  leavePast()
  if (wasInside) document.getElementById(TIMELINE_BUTTON)?.focus()
}
