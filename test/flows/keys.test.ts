/**
 * The provider replaces its signing keys while everything runs: no one has to restart anything.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { accessTokenOf } from '../../dev/sign-in.ts'
import { type Installation, introspect, startInstallation } from '../support/installation.ts'
import { Visitor } from '../support/visitor.ts'

describe.each([
  ['a new key under a new id', false],
  ['a new key under the old id', true],
])('%s', (_, sameKeyId) => {
  let installation: Installation
  let tokenBefore: string
  beforeAll(async () => {
    installation = await startInstallation({ script: inject('workerScript') })
    await new Visitor(installation).signIn('alice')
    tokenBefore = await accessTokenOf('alice', installation.client)
    await introspect(installation, tokenBefore)
    await installation.provider.rotateKeys({ sameKeyId })
  })
  afterAll(() => installation.stop())

  it('lets the next token check work, asking for the keys once, and the next sign-in', async () => {
    const before = installation.provider.journal.count('/jwks')
    const token = await accessTokenOf('alice', installation.client)
    expect(await (await introspect(installation, token)).json()).toMatchObject({ active: true })
    expect(installation.provider.journal.count('/jwks') - before).toBe(1)
    expect((await new Visitor(installation).signIn('bob')).status).toBe(302)
  })

  it('ends what the old key signed', async () => {
    const asked = await introspect(installation, tokenBefore)
    expect([asked.status, await asked.text()]).toEqual([200, '{"active":false}'])
  })
})

describe('a new key, met by a sign-in first', () => {
  it('lets that sign-in work', async () => {
    const installation = await startInstallation({ script: inject('workerScript') })
    try {
      await new Visitor(installation).signIn('alice')
      await installation.provider.rotateKeys()
      const bob = new Visitor(installation)
      await bob.signIn('bob')
      expect(await bob.whoAmI()).toMatchObject({ preferred_username: 'bob' })
    } finally {
      await installation.stop()
    }
  })
})
