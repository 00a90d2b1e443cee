/** Whether things may move by themselves: who asked their system for less sees each change at once. */
export function mayMove(): boolean {
  return !window.matchMedia('(prefers-reduced-motion: reduce)').matches
}
