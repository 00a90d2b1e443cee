/** A worker has no letters of the page's style sheet: it loads them itself. */

import latin from '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2?url'

/** `onLoaded`: what was drawn until then has the system's. */
export function loadLetters(fonts: FontFaceSet, onLoaded: () => void): void {
  const face = new FontFace('Inter Variable', `url(${latin})`, { weight: '100 900' })
  fonts.add(face)
  face.load().then(onLoaded, () => undefined)
}
