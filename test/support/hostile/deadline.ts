/**
 * Lets go of a request when its signal says so, also in the middle of the body, as every real `fetch` does.
 */

type Handler = (request: Request) => Promise<Response>

export async function underDeadline(handle: Handler, url: string, init: RequestInit = {}): Promise<Response> {
  const request = new Request(url, init)
  const { signal } = init
  if (!signal) return handle(request)
  const aborted = rejectionBy(signal)
  const { status, headers, body } = await Promise.race([handle(request), aborted])
  return new Response(body && endedBy(aborted, body), { status, headers })
}

function endedBy(aborted: Promise<never>, body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await Promise.race([reader.read(), aborted])
      if (done) controller.close()
      else controller.enqueue(value)
    },
  })
}

function rejectionBy(signal: AbortSignal): Promise<never> {
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  aborted.catch(() => {}) // the deadline may pass when no one waits any more
  return aborted
}
