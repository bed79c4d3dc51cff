/**
 * Forms as they are posted to us: bounded and of the right type; what the fields mean is decided by the routes.
 */

import type { Context } from 'hono'
import { mediaTypeIn } from '../../crypto.ts'
import { GatehouseError } from '../../errors.ts'

/** Twice the largest token that is looked at, and more than any form of ours. */
export const BODY_MAX_BYTES = 65_536

export const FORM_TYPE = 'application/x-www-form-urlencoded'

/**
 * Reads a posted form, each field of which may come once.
 *
 * @param field the field that the form is read for, which a refusal names
 * @throws GatehouseError `invalid_request` when it is no form or a field comes twice; `payload_too_large`
 * @see RFC 6749 section 3.2: parameters must not come more than once
 */
export async function limitedForm(c: Context, field: string): Promise<URLSearchParams> {
  return withoutRepetition(await formText(c, field))
}

/** The second half of {@link limitedForm}. @param text of {@link formText} */
export function withoutRepetition(text: string): URLSearchParams {
  const form = new URLSearchParams(text)
  const names = [...form.keys()]
  if (names.length === new Set(names).size) return form
  throw new GatehouseError('invalid_request', 'parameter_repeated', 'a parameter came twice', {
    publicMessage: 'A parameter came twice',
  })
}

/**
 * Reads a posted form in which fields that are none of our business may come as they like.
 *
 * @throws GatehouseError `invalid_request` when it is no form; `payload_too_large`
 */
export async function looseForm(c: Context, field: string): Promise<URLSearchParams> {
  return new URLSearchParams(await formText(c, field))
}

/**
 * The text of a posted form.
 *
 * @throws GatehouseError `invalid_request` when it is no form; `payload_too_large`
 */
export async function formText(c: Context, field: string): Promise<string> {
  if (isForm(c)) return limitedText(c)
  throw new GatehouseError('invalid_request', 'request_unreadable', 'not a form', {
    publicMessage: `Send a form (application/x-www-form-urlencoded) with the field "${field}"`,
  })
}

export function isForm(c: Context): boolean {
  return mediaTypeIn(c.req.header('content-type')) === FORM_TYPE
}

/** A body of a bounded length. One whose length is known is read as a whole, which costs less than a stream. @throws GatehouseError `payload_too_large` */
export async function limitedText({ req }: Context, maxBytes = BODY_MAX_BYTES): Promise<string> {
  const length = Number(req.header('content-length') ?? Number.NaN)
  if (length > maxBytes) throw tooLarge(maxBytes)
  const text = Number.isNaN(length) ? await streamedText(req.raw, maxBytes) : await req.text()
  // Another Worker may say a wrong length.
  if (text.length > maxBytes) throw tooLarge(maxBytes)
  return text
}

async function streamedText(request: Request, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder()
  let bytes = 0
  let text = ''
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw tooLarge(maxBytes)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/** The refusal of a form whose fields ask for something that no page of ours offers. */
export function notOnOurPage(): GatehouseError {
  return new GatehouseError('invalid_request', 'request_unreadable', 'a change that no page of ours offers')
}

function tooLarge(maxBytes: number): GatehouseError {
  return new GatehouseError('payload_too_large', 'body_too_large', `a body of more than ${maxBytes} bytes`)
}
