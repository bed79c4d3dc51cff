/**
 * What operators get wrong with providers that cannot be run here, each by itself: the diagnosis names it and nothing else.
 */
import { describe, expect, it } from 'vitest'
import { diagnosed } from '../support/diagnosed.ts'
import * as words from '../support/emulations/refusals.ts'
import { refusingProvider, type Words } from '../support/emulations/refusing.ts'
import { expectNamed } from '../support/misconfigurations.ts'
import type { Named } from '../support/proofs.ts'
import { anyMistakes } from './misconfigurations/any.ts'
import { auth0Mistakes } from './misconfigurations/auth0.ts'
import { authentikMistakes } from './misconfigurations/authentik.ts'
import { entraMistakes } from './misconfigurations/entra.ts'
import { googleMistakes } from './misconfigurations/google.ts'
import { BASE_URL, type Mistake, REGISTERED } from './misconfigurations/mistake.ts'
import { proconnectMistakes } from './misconfigurations/proconnect.ts'

const PROVIDERS: readonly (readonly [Named['provider'], Words, readonly Mistake[]])[] = [
  ['authentik', words.authentik, authentikMistakes],
  ['auth0', words.auth0, auth0Mistakes],
  ['google', words.google, googleMistakes],
  ['entra', words.entra, entraMistakes],
  ['proconnect', words.proconnect, proconnectMistakes],
  ['any', words.generic, anyMistakes],
]

describe.each(PROVIDERS)('with an emulated provider (%s), the diagnosis', (provider, its, mistakes) => {
  async function diagnosisOf({ settings, registered, change }: Partial<Mistake>) {
    const far = refusingProvider(its, { ...REGISTERED, ...registered })
    change?.(far)
    return diagnosed(
      { BASE_URL, ...far.settings, OIDC_RP_CLIENT_ID: REGISTERED.clientId, ...settings },
      { fetch: far.farEnd.fetch },
    )
  }

  it('finds nothing wrong where nothing is', async () => {
    const { checks, row } = await diagnosisOf({})
    expect(checks.filter(({ result }) => result === 'fail')).toEqual([])
    expect(row('redirect-uri').result).toBe('pass')
    // Of a made-up code Entra says that it cannot be read, which tells nothing of the secret.
    expect(row('client-secret').result).toBe(provider === 'entra' ? 'cannot tell' : 'pass')
  })

  it.for(mistakes)('names: $what', async (mistake, context) => {
    const { checks } = await diagnosisOf(mistake)
    expectNamed(checks, mistake, { provider, how: 'emulated' }, context)
  })
})
