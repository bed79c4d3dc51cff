/**
 * Whatever is in the header and the claims of a token, the verdict is a verdict: nothing else is thrown, and nothing odd is good.
 */
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { clientCredential } from '../../src/accounts/apps.ts'
import { identityOf } from '../../src/accounts/identity.ts'
import { check } from '../../src/tokens/check.ts'
import { RULES } from '../support/identity-rules.ts'
import { compact, makeKey, sign, type TestKey } from '../support/keys.ts'
import { ANY_APP, createTokenWorld } from '../support/token-world.ts'

let key: TestKey
beforeAll(async () => {
  key = await makeKey('RS256', 'key-1')
})

const json = fc.jsonValue({ maxDepth: 3 })

describe('a token check never fails', () => {
  it('whatever the header is', async () => {
    const { ports } = createTokenWorld(key)
    const members = fc.dictionary(
      fc.constantFrom('alg', 'typ', 'kid', 'jwk', 'jku', 'x5u', 'crit', 'b64', 'zip', 'enc'),
      json,
    )
    await fc.assert(
      fc.asyncProperty(fc.oneof(members, json), json, async (header, claims) => {
        expect(await check(compact(header, claims, 'AAAA'), ANY_APP, ports)).toMatchObject({ active: false })
      }),
      { numRuns: 300 },
    )
  })

  it('whatever the claims are, also under a good signature', async () => {
    const { ports } = createTokenWorld(key)
    const names = fc.constantFrom(
      'iss',
      'sub',
      'aud',
      'exp',
      'nbf',
      'iat',
      'jti',
      'client_id',
      'azp',
      'typ',
      'cnf',
      'realm_access',
      'scope',
    )
    await fc.assert(
      fc.asyncProperty(fc.dictionary(names, json), async (claims) => {
        const token = await sign(key, claims, { typ: 'at+jwt' })
        expect(await check(token, ANY_APP, ports)).toMatchObject({ active: false })
      }),
      { numRuns: 100 },
    )
  })

  it('whatever the text is', async () => {
    const { ports } = createTokenWorld(key)
    const part = fc.stringMatching(/^[\w-]{0,40}$/)
    const token = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('.')),
    )
    await fc.assert(
      fc.asyncProperty(token, async (text) => {
        expect(await check(text, ANY_APP, ports)).toMatchObject({ active: false })
      }),
      { numRuns: 300 },
    )
  })
})

describe('claims of a person', () => {
  it('make an identity whose members are of their types, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), json),
        fc.dictionary(
          fc.constantFrom(
            'email',
            'email_verified',
            'xms_edov',
            'verified_primary_email',
            'name',
            'x_grp',
            '_claim_names',
            'picture',
          ),
          json,
        ),
        (odd, known) => {
          const { x_grp, email_verified, ...texts } = identityOf({ ...odd, ...known }, RULES)
          expect((x_grp ?? []).every((group) => typeof group === 'string')).toBe(true)
          expect([true, false, null]).toContain(email_verified)
          expect(
            Object.values(texts).every((value) => value === null || (typeof value === 'string' && value !== '')),
          ).toBe(true)
        },
      ),
    )
  })
})

describe('the credential of an app', () => {
  it('is read from what any header and form may be, or is none', () => {
    const header = fc.oneof(
      fc.string(),
      fc.string().map((text) => `Basic ${text}`),
      fc.base64String().map((text) => `Basic ${text}`),
    )
    fc.assert(
      fc.property(fc.option(header, { nil: undefined }), fc.string(), (authorization, clientId) => {
        const credential = clientCredential(authorization, new URLSearchParams({ client_id: clientId }))
        if (credential !== null) expect(credential.clientId).not.toBe('')
      }),
      { numRuns: 1000 },
    )
  })

  it('comes back as it was encoded', () => {
    const part = fc.string({ unit: 'grapheme', minLength: 1 })
    fc.assert(
      fc.property(part, part, (clientId, secret) => {
        fc.pre(clientId.isWellFormed() && secret.isWellFormed())
        const encode = (text: string) => new URLSearchParams({ x: text }).toString().slice(2)
        const header = `Basic ${Buffer.from(`${encode(clientId)}:${encode(secret)}`).toString('base64')}`
        expect(clientCredential(header, new URLSearchParams())).toEqual({ clientId, secret })
      }),
    )
  })
})
