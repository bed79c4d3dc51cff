/**
 * Notes a refused sign-in for the diagnosis; the person is answered the same whether that works or not.
 */
import type { Context } from 'hono'
import { epochSeconds } from '../../clock.ts'
import type { Deps } from '../../deps.ts'
import { isKept, refusalOf } from '../../diagnosis/refusals.ts'
import { GatehouseError } from '../../errors.ts'
import { describeFailure } from '../../log.ts'
import type { RequestVariables } from '../http/context.ts'

/**
 * Does a step of a sign-in, and notes how it was refused, if it was.
 *
 * @param providerId the provider of the sign-in
 * @throws whatever `step` throws, unchanged
 */
export async function notingRefusal<T>(
  c: Context<RequestVariables>,
  providerId: string,
  { refusals, clock }: Pick<Deps, 'refusals' | 'clock'>,
  step: () => Promise<T>,
): Promise<T> {
  try {
    return await step()
  } catch (error) {
    if (!(error instanceof GatehouseError) || !isKept(error)) throw error
    const reference = c.get('reference')
    await refusals.add(refusalOf(error, providerId, reference, epochSeconds(clock))).catch((failure: unknown) => {
      if (!(failure instanceof GatehouseError)) throw failure
      c.var.log({ level: 'warn', event: 'refusal_not_kept', detail: describeFailure(failure) })
    })
    throw error
  }
}

/** Anyone may begin a sign-in, so of those that are refused at once an isolate notes one in this time, for each provider. */
const PAUSE_SECONDS = 60

/** The same for the start of a sign-in, of which strangers can make any number. */
export function createStartNotes(deps: Pick<Deps, 'refusals' | 'clock'>) {
  const notedAt = new Map<string, number>()
  return function notingStart<T>(c: Context<RequestVariables>, providerId: string, step: () => Promise<T>): Promise<T> {
    const last = notedAt.get(providerId)
    const now = epochSeconds(deps.clock)
    if (last !== undefined && now < last + PAUSE_SECONDS) return step()
    return notingRefusal(c, providerId, deps, () =>
      step().catch((error: unknown) => {
        notedAt.set(providerId, now)
        throw error
      }),
    )
  }
}
