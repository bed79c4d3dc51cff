/**
 * A request as the endpoints of the hostile provider read it.
 */
export interface Call {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly form: URLSearchParams
}

export async function readCall(request: Request): Promise<Call> {
  const { method, url, headers } = request
  const isForm = headers.get('content-type')?.startsWith('application/x-www-form-urlencoded') ?? false
  const body = new TextDecoder().decode(await request.arrayBuffer())
  return { method, url: new URL(url), headers, form: new URLSearchParams(isForm ? body : '') }
}
