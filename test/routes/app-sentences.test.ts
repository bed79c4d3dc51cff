/**
 * What apps are told of a refusal: a sentence for each, and none that speaks of a sign-in, which an app did not ask for.
 */
import { expect, it } from 'vitest'
import { APP_SENTENCES } from '../../src/routes/http/app-sentences.ts'

it.each(Object.entries(APP_SENTENCES))('%s is told without a word on signing in: %s', (_, sentence) => {
  expect(sentence).not.toMatch(/sign|log ?in/i)
  expect(sentence).not.toBe('')
})
