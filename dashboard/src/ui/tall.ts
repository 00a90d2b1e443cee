/** As on a wall: there is room for all panels at once. */
export const TALL = '(min-height: 75rem)'
