/**
 * The page of a refusal: in each language and for each code there are a title, a text, a way on, and the reference (A69).
 */
import { describe, expect, it } from 'vitest'
import { failurePage } from '../../src/pages/failure.tsx'
import { languageFor } from '../../src/pages/language.ts'
import type { ErrorCode, Reason } from '../../src/reasons.ts'
import { HOSTILE, htmlOf, tagsOf, textOf } from '../support/html.ts'

const WAYS_ON: Record<ErrorCode, 'sign in' | 'start' | 'none'> = {
  access_denied: 'sign in',
  account_disabled: 'sign in',
  account_not_allowed: 'sign in',
  account_unknown: 'sign in',
  authentication_too_weak: 'sign in',
  claims_missing: 'sign in',
  clock_skew: 'sign in',
  conflict: 'start',
  csrf_refused: 'start',
  email_conflict: 'none',
  interaction_required: 'sign in',
  internal: 'start',
  invalid_client: 'none',
  invalid_request: 'start',
  login_ended: 'sign in',
  login_expired: 'sign in',
  login_required: 'sign in',
  method_not_allowed: 'start',
  not_configured: 'none',
  not_found: 'start',
  payload_too_large: 'start',
  rate_limited: 'start',
  provider_error: 'sign in',
  provider_unreachable: 'sign in',
  state_unknown: 'sign in',
  store_unavailable: 'start',
  temporarily_unavailable: 'sign in',
  token_invalid: 'sign in',
}

const CODES = Object.keys(WAYS_ON) as ErrorCode[] // the keys of a record of exactly these
const LANGUAGES = ['en', 'fr', 'de']
const PAGES = LANGUAGES.flatMap((language) => CODES.map((code) => ({ language, code })))
const REFERENCE = '0123456789'
const VIEW = {
  reason: 'unexpected' as Reason,
  missing: [] as readonly string[],
  reference: REFERENCE,
  loginPath: '/login/path',
  homePath: '/home/path',
}

function page(language: string, code: ErrorCode, view = VIEW): Promise<string> {
  return htmlOf(failurePage(languageFor(language), { ...view, code }))
}

it.each(LANGUAGES)(
  'a refusal that only the operator can help with says so in %s, whatever its code',
  async (language) => {
    const { title, text } = languageFor(language).messages.setUpWrong
    const html = await htmlOf(
      failurePage(languageFor(language), { ...VIEW, code: 'provider_error', isSetUpWrong: true }),
    )
    expect([textOf(html).split(title).length, textOf(html).includes(text)]).toEqual([3, true])
  },
)

describe.each(PAGES)('the page of $code in $language', ({ language, code }) => {
  const { title, text } = languageFor(language).messages.failures[code]

  it('has a title, in the tab and on the page', async () => {
    const html = await page(language, code)
    expect([title.length > 5, textOf(html).split(title).length]).toEqual([true, 3])
  })

  it('has a sentence', async () => {
    const html = await page(language, code)
    expect([text.length > 10, textOf(html).includes(text)]).toEqual([true, true])
  })

  it('has the reference', async () => {
    expect(textOf(await page(language, code))).toContain(REFERENCE)
  })

  it('says in which language it is', async () => {
    expect(tagsOf(await page(language, code))).toContain(`<html lang="${language}">`)
  })

  it('does not show its code', async () => {
    expect(textOf(await page(language, code))).not.toMatch(new RegExp(`\\b${code}\\b`))
  })
})

describe('the way on', () => {
  it.each(CODES)('after %s', async (code) => {
    const links = tagsOf(await page('en', code)).filter((tag) => tag.startsWith('<a '))
    const wanted = {
      'sign in': ['<a class="action" href="/login/path">'],
      start: ['<a class="action" href="/home/path">'],
      none: [],
    }
    expect(links).toEqual(wanted[WAYS_ON[code]])
  })
})

describe('the languages', () => {
  it.each(LANGUAGES.slice(1).flatMap((language) => CODES.map((code) => ({ language, code }))))(
    '$language has its own sentence for $code',
    ({ language, code }) => {
      const [own, english] = [languageFor(language), languageFor('en')].map(({ messages }) => messages.failures[code])
      expect([own?.title === english?.title, own?.text === english?.text]).toEqual([false, false])
    },
  )
})

describe('missing claims', () => {
  it.each(LANGUAGES)('are named on the page in %s', async (language) => {
    const missing = ['email', 'https://corp.example/groups']
    const text = textOf(await page(language, 'claims_missing', { ...VIEW, missing }))
    expect(text).toContain('email, https://corp.example/groups')
  })

  it.each(LANGUAGES)('are not spoken of in %s when none is', async (language) => {
    expect(textOf(await page(language, 'claims_missing'))).not.toContain('Mapper')
    expect(textOf(await page(language, 'claims_missing'))).not.toContain('mapper')
  })

  it.each(HOSTILE)('are text, whatever they are called: %j', async (name) => {
    const [hostile, harmless] = await Promise.all(
      [name, 'email'].map((missing) => page('en', 'claims_missing', { ...VIEW, missing: [missing] })),
    )
    expect(tagsOf(hostile ?? '')).toEqual(tagsOf(harmless ?? ''))
  })
})

describe('hostile values (A69)', () => {
  it.each(HOSTILE)('a reference is text, whatever it is: %j', async (reference) => {
    const [hostile, harmless] = [await page('en', 'internal', { ...VIEW, reference }), await page('en', 'internal')]
    expect(tagsOf(hostile)).toEqual(tagsOf(harmless))
  })

  it.each(HOSTILE)('an address stays in its attribute: %j', async (loginPath) => {
    const html = await page('en', 'state_unknown', { ...VIEW, loginPath })
    const harmless = await page('en', 'state_unknown')
    const withoutAddress = (text: string) => text.replace(/href="[^"]*"/g, 'href')
    expect(tagsOf(withoutAddress(html))).toEqual(tagsOf(withoutAddress(harmless)))
  })

  it.each(CODES)('the page of %s has no script and no inline style', async (code) => {
    expect(
      tagsOf(await page('en', code)).filter((tag) => /^<(script|style|iframe|meta http)|\son\w+=|style=/i.test(tag)),
    ).toEqual([])
  })
})

describe.each(
  LANGUAGES.flatMap((language) => (['cancelled', 'not_allowed'] as const).map((denial) => ({ language, denial }))),
)('the page of a person who is not let in, $denial, in $language', ({ language, denial }) => {
  const { messages } = languageFor(language)

  it('has a title and a sentence of its own, and a way on', async () => {
    const html = await htmlOf(failurePage(languageFor(language), { ...VIEW, code: 'access_denied', reason: denial }))
    const { title, text } = messages.denials[denial]
    expect(textOf(html)).toContain(title)
    expect(textOf(html)).toContain(text)
    expect(textOf(html)).not.toContain(messages.failures.access_denied.text)
    expect(html).toContain('/login/path')
  })

  it('is not the sentence of another language', () => {
    const others = LANGUAGES.filter((other) => other !== language)
    for (const other of others) {
      expect(languageFor(other).messages.denials[denial].text).not.toBe(messages.denials[denial].text)
    }
  })
})
