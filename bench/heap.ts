/**
 * How much memory the objects of one isolate take after a garbage collection, as the inspector of the local runtime says; of the isolate alone,
 * without the database and the runtime around it.
 */
import { setTimeout as sleep } from 'node:timers/promises'

const ANSWER_MILLISECONDS = 60_000
/** The question must be there before the request is. */
const WAKE_AFTER_MILLISECONDS = 500

interface Target {
  readonly id: string
  readonly webSocketDebuggerUrl: string
}

/**
 * @param worker name of the Worker
 * @param wake sends it a request: the isolate collects its garbage only when it has something to do
 * @returns megabytes
 * @throws Error when the inspector does not answer
 */
export async function heapMegabytesOf(
  inspectorPort: number,
  worker: string,
  wake: () => Promise<unknown>,
): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${inspectorPort}/json`)
  const targets = (await response.json()) as readonly Target[] // the list of the inspector
  const target = targets.find(({ id }) => id === worker || id.endsWith(`:${worker}`))
  if (target === undefined) throw new Error(`no isolate of ${worker}: ${targets.map(({ id }) => id).join(', ')}`)
  const socket = new WebSocket(target.webSocketDebuggerUrl)
  try {
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve)
      socket.addEventListener('error', () => reject(new Error('the inspector refused')))
    })
    const collected = ask(socket, 1, 'HeapProfiler.collectGarbage')
    await sleep(WAKE_AFTER_MILLISECONDS)
    await wake()
    await collected
    const { usedSize } = await ask(socket, 2, 'Runtime.getHeapUsage')
    return Number(usedSize) / 2 ** 20
  } finally {
    socket.close()
  }
}

async function ask(socket: WebSocket, id: number, method: string): Promise<Readonly<Record<string, unknown>>> {
  const answer = new Promise<Readonly<Record<string, unknown>>>((resolve, reject) => {
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data))
      if (message.id !== id) return
      if (message.error) reject(new Error(`${method}: ${message.error.message}`))
      else resolve(message.result)
    })
  })
  const timeout = sleep(ANSWER_MILLISECONDS, undefined, { ref: false }).then(() => {
    throw new Error(`${method} was not answered`)
  })
  socket.send(JSON.stringify({ id, method }))
  return Promise.race([answer, timeout])
}
