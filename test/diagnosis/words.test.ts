/**
 * What a provider says, made fit to be shown: without our secrets in any spelling, and in no time whatever it says.
 */
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { evidenceOf, said } from '../../src/diagnosis/checks/client.ts'
import { silentFinding } from '../../src/diagnosis/checks/silent.ts'
import { explain } from '../../src/diagnosis/explain.ts'
import { readable, shown } from '../../src/diagnosis/words.ts'
import type { Exchange } from '../../src/oidc/transport/exchanges.ts'
import { PROVIDER_TYPES } from '../../src/vendors/vendors.ts'

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
    ['as a part of an address, in small letters', encodeURIComponent('MARKER/of+the login').toLowerCase()],
    ['in JSON', 'MARKER\\/of\\u002bthe login'],
    ['in HTML', 'MARKER&#47;of&#x2B;the&nbsp;login'],
    ['in base64', btoa('MARKER:of the asker')],
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

const PLACES = ['discovery', 'authorization', 'callback', 'token', 'keys', 'id_token', 'claims', 'logout'] as const

it('a text of a provider is shown without what turns the text around it', () => {
  expect(shown('a\u202eb\u2028c\u001b[31md', config)).toBe('a b c [31md')
})

it.each(['alice@example.org', 'alice%40example.org', 'https://idp.example/login?login_hint=alice%40example.org'])(
  'a text of a provider is shown without the address in %s',
  (address) => {
    expect(shown(`no one is ${address} here`, config)).toBe('no one is … here')
  },
)

it('a text of a provider is shown without tokens', () => {
  const token = `eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.${'x'.repeat(30)}`
  expect(shown(`you sent ${token}, and ${'A'.repeat(43)}`, config)).toBe('you sent …, and …')
})

describe('a page is read without what its elements for machines hold', () => {
  it.each([
    ['a script and a style', '<p>a</p><script>x</script>b<STYLE>y</style >c', 'a b y c'],
    [
      'a head, but for its title',
      '<head><title>Sign in</title><script>x</script></head><p>a',
      '<title>Sign in</title> a',
    ],
    ['an element without an end', '<svg>a<script>x</script>b', 'a b'],
    [
      'a code of Microsoft’s that a script draws',
      '<script>e="AADSTS50011: no match"</script>',
      'AADSTS50011: no match',
    ],
  ])('%s', (_, page, text) => {
    expect(readable(exchange(page))).toBe(
      text
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    )
  })
})

const SLOW = [
  ['one long word', 'x'.repeat(1_000_000)],
  ['tags that never end', '<'.repeat(1_000_000)],
  ['empty lines', '\n'.repeat(1_000_000)],
  ['the beginning of a sentence, again and again', 'Grant type '.repeat(90_000)],
  ['elements for machines that never end', '<svg><'.repeat(170_000)],
  ['elements that never end, of each kind', '<svg><style><head><script><title>'.repeat(30_000)],
  ['the beginning of an object on every line', '{\n'.repeat(500_000)],
  ['lines that are empty in another way', '\r'.repeat(1_000_000)],
  ['blanks', ' '.repeat(1_000_000)],
  ['fields of a form that never end', '<input type='.repeat(90_000)],
  ['codes without an end', `AADSTS${'1'.repeat(1_000_000)}`],
] as const

/**
 * The proof of these tests is that they end. A pattern that tries each beginning anew takes more than 10^10 steps for any of these texts,
 * and does not end within the timeout; what reads them once is done in a fraction of it, also on a slow machine.
 */
describe('what is made to be slow is read to its end', () => {
  it.each(SLOW)('in a key set or a description: %s', { timeout: 60_000 }, (_, text) => {
    for (const place of PLACES) {
      for (const type of PROVIDER_TYPES) explain(type, place, { status: 200, description: text, text })
    }
  })

  it.each(SLOW)('in a page: %s', (_, text) => {
    shown(text, config)
    for (const answer of [exchange(text), exchange(text, 'text/plain')]) {
      shown(readable(answer), config)
      explain('auth0', 'authorization', { status: 400, text: readable(answer) })
      explain('auth0', 'discovery', { status: 200, text: readable(answer) })
      silentFinding(true, { kind: 'page', exchange: { ...answer, status: 200 } })
    }
  })

  it.each(SLOW)('in a refusal: %s', (_, text) => {
    const refusal = JSON.stringify({ error: 'unauthorized_client', error_description: text })
    const evidence = evidenceOf(exchange(refusal, 'application/json'))
    said(evidence, config)
    explain('auth0', 'token', evidence)
  })
})
