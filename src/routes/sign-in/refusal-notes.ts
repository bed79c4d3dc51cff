/**
 * Notes a refused sign-in for the diagnosis; the person is answered the same whether that works or not.
 */

import type { Context } from 'hono'
import { epochSeconds } from '../../clock.ts'
import type { Deps } from '../../deps.ts'
import { isAboutPerson, isKept, type Refused, refusalOf } from '../../diagnosis/refusals.ts'
import { GatehouseError } from '../../errors.ts'
import { describeFailure } from '../../log.ts'
import { type RequestVariables, referenceOf } from '../http/context.ts'

/**
 * Notes how a sign-in was refused, if that is of use to the diagnosis, and in the audit, if it was because of the person.
 *
 * @param providerId the provider of the sign-in
 * @param refused whom the provider vouched for; `null`: it did not come to that
 */
export async function noteRefusal(
  c: Context<RequestVariables>,
  providerId: string,
  error: unknown,
  { refusals, clock }: Pick<Deps, 'refusals' | 'clock'>,
  refused: Refused | null = null,
): Promise<void> {
  if (!(error instanceof GatehouseError) || !isKept(error)) return
  const reference = referenceOf(c)
  const refusal = refusalOf(error, providerId, reference, epochSeconds(clock))
  await refusals.add(refusal, isAboutPerson(error) ? refused : null).catch((failure: unknown) => {
    if (!(failure instanceof GatehouseError)) throw failure
    c.var.log({ level: 'warn', event: 'refusal_not_kept', detail: describeFailure(failure) })
  })
}

/** Anyone may begin a sign-in, so of those that are refused at once an isolate notes one in this time, for each provider. */
const PAUSE_SECONDS = 60

/** The same for the start of a sign-in, of which anyone can make any number. */
export function createStartNotes(deps: Pick<Deps, 'refusals' | 'clock'>) {
  const notedAt = new Map<string, number>()
  return async function noteRefusedStart(
    c: Context<RequestVariables>,
    providerId: string,
    error: unknown,
  ): Promise<void> {
    const last = notedAt.get(providerId)
    const now = epochSeconds(deps.clock)
    if (last !== undefined && now < last + PAUSE_SECONDS) return
    notedAt.set(providerId, now)
    await noteRefusal(c, providerId, error, deps)
  }
}
