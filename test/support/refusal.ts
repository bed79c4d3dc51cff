/**
 * Catches what a call throws, so that tests can look at code and details of a refusal.
 */
import { GatehouseError } from '../../src/errors.ts'

/** The refusal of a promise. A promise that keeps, or another kind of error, fails the test. */
export async function refusalOf(promise: Promise<unknown>): Promise<GatehouseError> {
  const thrown = await promise.then(
    () => new Error('nothing was refused'),
    (error: unknown) => error,
  )
  if (thrown instanceof GatehouseError) return thrown
  throw thrown
}
