/** Which page opens: the newest that can be had soon. */

const SERVER_ERROR = 500

/**
 * That of the network, so that a new build shows at once; the kept one where nobody answers in time, or only what
 * stands before a gateway that is away.
 */
export async function pageFrom(
  network: Promise<Response>,
  kept: () => Promise<Response | undefined>,
  patienceMs: number,
): Promise<Response> {
  const late = new Promise<null>((resolve) => {
    setTimeout(resolve, patienceMs, null)
  })
  const answer = await Promise.race([network.catch(() => null), late])
  if (answer !== null && answer.status < SERVER_ERROR) return answer
  // With nothing kept the browser says itself what is wrong.
  return (await kept()) ?? network
}
