/**
 * The start page and the question before signing out: who is signed in, what can be done, and names that want to be more than names (A69).
 */
import { describe, expect, it } from 'vitest'
import { type HomeView, homePage } from '../../src/pages/home.tsx'
import { languageFor } from '../../src/pages/language.ts'
import { signOutPage } from '../../src/pages/sign-out.tsx'
import { HOSTILE, htmlOf, tagsOf, textOf } from '../support/html.ts'

const PATHS = {
  hasSignedOut: false,
  loginPath: '/login/path',
  choicePath: null,
  isProConnect: false,
  externalHome: null,
  logoutPath: '/logout/path',
}
const ALICE = {
  name: 'Alice Dupont',
  email: 'alice@corp.example',
  csrfToken: 'csrf-1',
  accountPath: '/account/path',
  adminPath: null,
}

function home(person: HomeView['person'], language = 'en', more: Partial<HomeView> = {}): Promise<string> {
  return htmlOf(homePage(languageFor(language), { ...PATHS, person, ...more }))
}

describe('a name with characters that do something instead of being seen', () => {
  it.each([
    ['that turn the text around', 'Alice\u202eecilA\u2066', 'Alice ecilA'],
    ['that end a line', 'Alice\u2028Dupont\u2029\n\u0085', 'Alice Dupont'],
    ['that a terminal obeys', 'Alice\u001b[31m\u0000', 'Alice [31m'],
  ])('%s, is shown without them', async (_, name, shown) => {
    const page = await home({ ...ALICE, name, email: `${name}@corp.example` })
    expect(page).not.toMatch(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u)
    expect(page).toContain(shown)
  })

  it('that belong to a script or to a picture, keeps them', async () => {
    expect(await home({ ...ALICE, name: 'मार्क\u200dर 👩\u200d💻' })).toContain('मार्क\u200dर 👩\u200d💻')
  })
})

describe('for a stranger', () => {
  it('the page leads to the sign-in', async () => {
    expect(tagsOf(await home(null))).toContain('<a class="action" href="/login/path">')
  })

  it('the page has no form', async () => {
    expect(tagsOf(await home(null)).filter((tag) => tag.startsWith('<form'))).toEqual([])
  })

  it.each([
    ['en', 'You are signed out'],
    ['fr', 'Vous êtes déconnecté'],
    ['de', 'Sie sind abgemeldet'],
  ])('in %s, the page says so after a sign-out', async (language, sentence) => {
    expect(textOf(await home(null, language, { hasSignedOut: true }))).toContain(sentence)
  })

  it.each([
    ['en', 'You are not signed in', 'You are signed out'],
    ['fr', 'Vous n’êtes pas connecté', 'Vous êtes déconnecté'],
    ['de', 'Sie sind nicht angemeldet', 'Sie sind abgemeldet'],
  ])('in %s, the page does not say that someone has signed out who never signed in', async (language, said, unsaid) => {
    const text = textOf(await home(null, language))
    expect([text.includes(said), text.includes(unsaid)]).toEqual([true, false])
  })
})

describe('for someone who is signed in', () => {
  it.each([
    ['en', 'Hello, Alice Dupont'],
    ['fr', 'Bonjour, Alice Dupont'],
  ])('in %s, the page greets by name, in the tab and on the page', async (language, greeting) => {
    expect(textOf(await home(ALICE, language)).split(greeting)).toHaveLength(3)
  })

  it('the page shows the e-mail address', async () => {
    expect(textOf(await home(ALICE))).toContain('alice@corp.example')
  })

  it('the page shows no empty line for an address that is not known', async () => {
    expect(tagsOf(await home({ ...ALICE, email: null })).filter((tag) => tag === '<p>')).toHaveLength(1)
  })

  it.each(['en', 'fr', 'de'])('without a name, the page in %s greets all the same', async (language) => {
    const text = textOf(await home({ ...ALICE, name: null }, language))
    expect([text.includes(languageFor(language).messages.unnamed), text.includes('null')]).toEqual([true, false])
  })

  it('signing out is a form that posts with its token, not a link (A51, A70)', async () => {
    const tags = tagsOf(await home(ALICE))
    expect(tags).toContain('<form method="post" action="/logout/path">')
    expect(tags).toContain('<input type="hidden" name="csrfmiddlewaretoken" value="csrf-1"/>')
    // the only other way leads to a question
    const links = tags.filter((tag) => tag.startsWith('<a'))
    expect(links).toEqual(['<a href="/logout/path?everywhere=1">', '<a href="/account/path">'])
  })
})

describe('the question before signing out', () => {
  const question = (csrfToken: string, isEverywhere = false) =>
    htmlOf(
      signOutPage(languageFor('en'), { csrfToken, logoutPath: '/logout/path', homePath: '/home/path', isEverywhere }),
    )

  it('is a form that posts with its token', async () => {
    const tags = tagsOf(await question('csrf-1'))
    expect(tags).toContain('<form method="post" action="/logout/path">')
    expect(tags).toContain('<input type="hidden" name="csrfmiddlewaretoken" value="csrf-1"/>')
  })

  it.each([false, true])('can be answered with no (everywhere: %s)', async (isEverywhere) => {
    const page = await question('csrf-1', isEverywhere)
    expect(tagsOf(page)).toContain('<a class="action quiet" href="/home/path">')
    expect(textOf(page)).toContain('Cancel')
  })

  it.each(HOSTILE)('keeps the token in its attribute: %j (A69)', async (csrfToken) => {
    const withoutValue = (html: string) => html.replace(/value="[^"]*"/g, 'value')
    expect(tagsOf(withoutValue(await question(csrfToken)))).toEqual(tagsOf(withoutValue(await question('x'))))
  })
})

describe('hostile names (A69)', () => {
  it.each(HOSTILE)('a name is text, whatever it is: %j', async (name) => {
    expect(tagsOf(await home({ ...ALICE, name }))).toEqual(tagsOf(await home(ALICE)))
  })

  it.each(HOSTILE)('an address is text, whatever it is: %j', async (email) => {
    expect(tagsOf(await home({ ...ALICE, email }))).toEqual(tagsOf(await home(ALICE)))
  })

  it.each(['<script>alert(1)</script>', '&lt;b&gt;', '"\'&<>'])(
    'a name is shown as it is written: %j',
    async (name) => {
      expect(textOf(await home({ ...ALICE, name }))).toContain(name)
    },
  )
})
