/**
 * What a provider says, made fit to be shown: without our secrets in any spelling, and in no time whatever it says.
 */
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { evidenceOf, said } from '../../src/diagnosis/client.ts'
import { explain } from '../../src/diagnosis/signatures.ts'
import { readable, shown } from '../../src/diagnosis/words.ts'
import type { Exchange } from '../../src/oidc/examination.ts'

const [config] = loadConfig({
  BASE_URL: 'https://gate.example.com',
  GATEHOUSE_SECRET: 'a-sealing-secret-of-32-characters-or-more',
  OIDC_OP_URL: 'https://idp.example',
  OIDC_RP_CLIENT_ID: 'gatehouse',
  OIDC_RP_CLIENT_SECRET: 'MARKER/of+the login',
  OIDC_RS_CLIENT_ID: 'asker',
  OIDC_RS_CLIENT_SECRET: 'MARKER:of the asker',
}).config.providers

const exchange = (text: string, contentType = 'text/html'): Exchange => ({
  url: 'https://idp.example/token',
  status: 400,
  contentType,
  location: null,
  aheadSeconds: null,
  text,
})

describe('a text of a provider is shown without our secrets', () => {
  it.each([
    ['of the login', 'MARKER/of+the login'],
    ['of the client that asks about tokens', 'MARKER:of the asker'],
    ['as a part of an address', encodeURIComponent('MARKER/of+the login')],
    ['as a field of a form', new URLSearchParams({ s: 'MARKER:of the asker' }).toString().slice(2)],
  ])('%s', (_, secret) => {
    expect(shown(`you sent ${secret}, which is wrong`, config)).toBe('you sent …, which is wrong')
  })

  it.each([
    ['of the login', 'gatehouse:MARKER%2Fof%2Bthe+login'],
    ['of the client that asks', 'asker:MARKER%3Aof+the+asker'],
  ])('in the header of client_secret_basic, %s', (_, pair) => {
    expect(shown(`you sent Basic ${btoa(pair)}`, config)).toBe('you sent Basic …')
  })
})

describe('a text that is made to be slow costs no time', () => {
  it.each([
    ['one long word', 'x'.repeat(1_000_000)],
    ['tags that never end', '<'.repeat(1_000_000)],
    ['empty lines', '\n'.repeat(1_000_000)],
    ['the beginning of a sentence, again and again', 'Grant type '.repeat(90_000)],
  ])('%s', (_, text) => {
    const beganAt = performance.now()
    shown(text, config)
    for (const answer of [exchange(text), exchange(text, 'text/plain')]) {
      shown(readable(answer), config)
      explain('auth0', 'authorization', { status: 400, text: readable(answer) })
      explain('auth0', 'discovery', { status: 200, text: readable(answer) })
    }
    const refusal = JSON.stringify({ error: 'unauthorized_client', error_description: text })
    const evidence = evidenceOf(exchange(refusal, 'application/json'))
    said(evidence, config)
    explain('auth0', 'token', evidence)
    expect(performance.now() - beganAt).toBeLessThan(1500)
  })
})
