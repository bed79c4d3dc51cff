/**
 * A site of a test's browser that is reached over real HTTP, with the headers as the browser wrote them.
 */
import { request as httpRequest } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { Site } from './browser.ts'

/** By hand, because Node's fetch writes a Sec-Fetch-Mode of its own and follows rules of its own about cookies. */
export const overHttp: Site = async (request) => {
  const body = Buffer.from(await request.arrayBuffer())
  return new Promise((resolve, reject) => {
    const { method, url } = request
    const headers = {
      ...Object.fromEntries(request.headers),
      ...(body.length > 0 ? { 'content-length': body.length } : {}),
    }
    httpRequest(url, { method, headers })
      .on('response', async (answer) => {
        const { statusCode: status = 0, rawHeaders } = answer
        const content = new Uint8Array(await buffer(answer))
        const lines = rawHeaders.flatMap((name, place): [string, string][] =>
          place % 2 === 0 ? [[name, rawHeaders[place + 1] ?? '']] : [],
        )
        resolve(new Response(content.length > 0 ? content : null, { status, headers: lines }))
      })
      .on('error', reject)
      .end(body)
  })
}
