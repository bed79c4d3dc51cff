/**
 * Signing in with a real Keycloak, by its own pages, with and without the path `/auth`.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type KeycloakWorld, signIn, startWithKeycloak } from './support/world.ts'

const { keycloak: missing } = inject('missing')

describe.skipIf(missing !== null).each(['', '/auth'] as const)('Keycloak at the path "%s"', (path) => {
  let world: KeycloakWorld
  beforeAll(async () => {
    world = await startWithKeycloak(path)
  })
  afterAll(() => world?.stop())

  it('signs somebody in and leads to the wanted page', async () => {
    const browser = world.browser()
    const visit = await signIn(world, browser, 'alice', '?returnTo=/')
    expect(visit.url).toBe(world.at('/'))
    expect(visit.text).toContain('Alice Archer')
  })

  it('tells who it is', async () => {
    const browser = world.browser()
    await signIn(world, browser, 'alice')
    expect((await browser.background(world.at('/api/v1.0/users/me/'))).json()).toMatchObject({
      preferred_username: 'alice',
      email: 'alice@example.org',
      given_name: 'Alice',
      family_name: 'Archer',
    })
  })
})
