/**
 * What an operator sets of the looks of the pages, and the language that a visitor chooses.
 */
import { describe, expect, it } from 'vitest'
import { PATHS } from '../support/paths.ts'
import { createScene, EVIL, GATE, signIn } from './scene.ts'

const BRAND = {
  GATEHOUSE_BRAND_NAME: 'Meetings & <More>',
  GATEHOUSE_BRAND_LOGO: 'https://static.example.org/logo.svg?size=1',
  GATEHOUSE_BRAND_COLOR: '#AA0000',
  GATEHOUSE_SUPPORT_URL: 'mailto:help@example.org',
  GATEHOUSE_IMPRINT_URL: 'https://www.example.org/imprint',
}

describe('a brand', () => {
  it('is on pages and in titles, with links below, and its picture is all that the policy adds', async () => {
    const { text, headers } = await createScene(BRAND).browser().open(`${GATE}/`)
    expect(text).toContain('<title>Sign in – Meetings &amp; &lt;More&gt;</title>')
    expect(text).toContain('<img src="https://static.example.org/logo.svg?size=1" alt=""/>')
    expect(text).toMatch(
      /<footer>.*href="mailto:help@example\.org">Help<.*href="https:\/\/www\.example\.org\/imprint">Imprint</s,
    )
    expect(headers.get('content-security-policy')).toContain("img-src 'self' https://static.example.org;")
    expect(text).not.toContain('<More>')
  })

  it('colours the one style sheet', async () => {
    const sheet = async (settings = {}) => (await createScene(settings).browser().open(`${GATE}/gatehouse.css`)).text
    expect(await sheet(BRAND)).toContain('--accent: #aa0000')
    expect(await sheet()).not.toContain('#aa0000')
  })

  it('says whom to ask on a page that refuses someone', async () => {
    const { text, status } = await createScene(BRAND).browser().open(`${GATE}/nothing`)
    expect(status).toBe(404)
    expect(text).toMatch(/<p class="aside"><a href="mailto:help@example\.org">Help<\/a><\/p><p class="reference">/)
  })

  it('of Gatehouse has no picture of elsewhere and no links', async () => {
    const { text, headers } = await createScene().browser().open(`${GATE}/`)
    expect(text).toContain('<title>Sign in – Gatehouse</title>')
    expect(text).not.toMatch(/<img|Help|Imprint/)
    expect(headers.get('content-security-policy')).toContain("img-src 'self';")
  })
})

describe('a language', () => {
  it('that a visitor chooses is that of all pages from then on, and leads back to where they were', async () => {
    const scene = createScene()
    const browser = scene.browser()
    await signIn(browser)
    const page = await browser.open(`${GATE}${PATHS.account}`)
    const link = browser.linksOf(page).find((one) => one.includes('tag=fr')) ?? ''
    const chosen = await browser.open(link, { headers: {} })
    expect([chosen.url, chosen.text.includes('<html lang="fr">')]).toEqual([`${GATE}${PATHS.account}`, true])
    const next = await browser.open(`${GATE}/`, { headers: { 'accept-language': 'de' } })
    expect(next.text).toContain('<html lang="fr">')
    expect(next.text).toMatch(/lang="fr" hreflang="fr" aria-current="true"/)
  })

  it('is that of the browser until then', async () => {
    const { text } = await createScene()
      .browser()
      .open(`${GATE}/`, { headers: { 'accept-language': 'de' } })
    expect(text).toContain('<html lang="de">')
  })

  it.each([
    [`${EVIL}/`, `${GATE}/`],
    ['//evil.example/', `${GATE}/`],
    ['/\\evil.example', `${GATE}/`],
    ['', `${GATE}/`],
    ['/nothing?x=1', `${GATE}/nothing?x=1`],
  ])('that is chosen with the way back %j leads to %s', async (to, url) => {
    const query = new URLSearchParams({ tag: 'de', to })
    const visit = await createScene().browser().open(`${GATE}${PATHS.language}?${query}`)
    expect([visit.url, visit.text.includes('<html lang="de">')]).toEqual([url, true])
  })

  it.each(['xx', '', 'de; Domain=evil.example', '__proto__'])(
    'that there is not, %j, is not remembered',
    async (tag) => {
      const browser = createScene().browser()
      const visit = await browser.open(`${GATE}${PATHS.language}?${new URLSearchParams({ tag, to: '/' })}`)
      expect([visit.status, visit.text.includes('<html lang="en">')]).toEqual([200, true])
      expect([...browser.jar.cookiesOf(GATE)].map(([name]) => name)).not.toContain('__Host-gatehouse-language')
    },
  )

  it('of a cookie that was made up is that of the browser', async () => {
    const { text } = await createScene()
      .browser()
      .open(`${GATE}/`, { headers: { cookie: '__Host-gatehouse-language=constructor', 'accept-language': 'fr' } })
    expect(text).toContain('<html lang="fr">')
  })

  it('is switched on a page that refuses something without asking for it again', async () => {
    const browser = createScene().browser()
    const page = await browser.open(`${GATE}${PATHS.callback}?state=x&code=y`)
    expect(page.status).toBe(400)
    expect(browser.linksOf(page).filter((link) => link.includes('tag='))).toEqual(
      ['en', 'fr', 'de'].map((tag) => `${GATE}${PATHS.language}?tag=${tag}&to=%2F`),
    )
  })
})
