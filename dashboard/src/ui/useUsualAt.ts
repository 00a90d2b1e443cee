import { useMemo } from 'react'

import { useCity } from '../state/store.ts'
import { usualAt, type UsualAt } from '../state/usual.ts'

/** What is usual on a road; null of none, and where nothing is known yet. */
export function useUsualAt(roadId: string | null): UsualAt | null {
  const usual = useCity((state) => (roadId === null ? undefined : state.usual.get(roadId)))
  return useMemo(() => (usual === undefined || usual.hours.length === 0 ? null : usualAt(usual)), [usual])
}
