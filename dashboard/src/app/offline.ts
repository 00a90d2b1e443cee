/** The page itself opens without a network: a service worker keeps it. */

/** Call it once; it begins when the page is there. Browsers allow it on TLS and on localhost alone. */
export function keepPage(): void {
  // `npm run dev` builds none.
  if (!import.meta.env.PROD || !window.isSecureContext || !('serviceWorker' in navigator)) return
  const register = (): void => {
    navigator.serviceWorker.register('/sw.js').catch(() => {
      // Such as with a certificate that the browser doubts: the page is what it is without.
    })
  }
  if (document.readyState === 'complete') register()
  else window.addEventListener('load', register, { once: true })
}
