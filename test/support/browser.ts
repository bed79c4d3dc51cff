/**
 * A browser without a screen: visits pages, follows redirects, submits forms, and keeps cookies as strictly as real ones do.
 */
import { type CookieJar, createCookieJar, siteOf } from './cookie-jar.ts'

/** What answers at an origin. */
export type Site = (request: Request) => Promise<Response>

/** Where a visit ended. */
export interface Visit {
  readonly status: number
  readonly url: string
  readonly headers: Headers
  readonly text: string
  /** Every address on the way, the last one included. */
  readonly path: readonly string[]
  /** Every answer on the way, without its body. */
  readonly answers: readonly { readonly url: string; readonly status: number; readonly headers: Headers }[]
  /** Where the last answer would have led, if the visit was told to stop before. */
  readonly next: string | null
  json(): unknown
}

export interface VisitOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** Ends the visit instead of following a redirect to this path; `*`: any redirect. */
  readonly stopBefore?: string
  /** The page with the link; absent: the person typed the address. */
  readonly from?: string
}

export interface Form {
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
  /** The page with the form. Absent: a page of the same origin. */
  readonly from?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly stopBefore?: string
}

export interface Browser {
  readonly jar: CookieJar
  /** Visits an address, as typed or as a link. */
  open(url: string, options?: VisitOptions): Promise<Visit>
  /** Posts a form. */
  submit(form: Form): Promise<Visit>
  /** The form of a page, ready to be submitted. @throws Error when the page has none, or more than one */
  formOf(page: Visit): Form
  /** The form of a page whose content has this text, ready to be submitted. @throws Error when there is not exactly one */
  formWith(page: Visit, content: string): Form
  /** Where the links of a page lead, in order. */
  linksOf(page: Visit): readonly string[]
  /** A request of a script; redirects are not followed. */
  background(url: string, init?: { method?: string; from?: string; headers?: Record<string, string> }): Promise<Visit>
}

const REDIRECTS_MAX = 20

/**
 * @param sites what answers at each origin; no other can be reached
 * @param now milliseconds since the epoch, for the life of cookies
 * @param own what comes with each of its requests: the name of the browser, and what the network says of it
 * @param jar its cookies; those of another browser make it the same browser at other sites
 */
export function createBrowser(
  sites: Readonly<Record<string, Site>>,
  now: () => number,
  own: Readonly<Record<string, string>> = {},
  jar: CookieJar = createCookieJar(now),
): Browser {
  async function send(step: Step): Promise<Response> {
    const { url, method, initiator, isNavigation, body, headers } = step
    const site = sites[url.origin]
    if (!site) throw new Error(`the browser cannot reach ${url.origin}`)
    const request = new Request(url, { method, redirect: 'manual', ...(body ? { body } : {}) })
    const cookies = jar.headerFor(step)
    if (cookies !== null) request.headers.set('cookie', cookies)
    request.headers.set('accept', isNavigation ? 'text/html,application/xhtml+xml' : '*/*')
    request.headers.set('sec-fetch-mode', isNavigation ? 'navigate' : 'cors')
    request.headers.set('sec-fetch-dest', isNavigation ? 'document' : 'empty')
    request.headers.set('sec-fetch-site', fetchSite(initiator, url))
    if (initiator && (method === 'POST' || !isNavigation)) request.headers.set('origin', initiator.origin)
    for (const [name, value] of Object.entries({ ...own, ...headers })) request.headers.set(name, value)
    const response = await site(request)
    jar.take(url, response.headers.getSetCookie())
    return response
  }

  async function travel(first: Step, stopBefore: string | undefined): Promise<Visit> {
    const answers: Visit['answers'][number][] = []
    let step = first
    while (answers.length < REDIRECTS_MAX) {
      const response = await send(step)
      const { status, headers } = response
      answers.push({ url: step.url.href, status, headers })
      const location = status >= 300 && status < 400 ? headers.get('location') : null
      const next = location === null ? null : new URL(location, step.url)
      const isEnd = next === null || !step.isNavigation || stopBefore === '*' || next.pathname === stopBefore
      if (isEnd) return visitOf(response, await response.text(), answers, next)
      // Only 307 and 308 repeat a POST. The page with the link stays the one that caused the journey.
      const method = status === 307 || status === 308 ? step.method : 'GET'
      step = { ...step, url: next, method, body: method === step.method ? step.body : null, headers: {} }
    }
    throw new Error(`too many redirects from ${first.url.href}`)
  }

  return {
    jar,

    open(url, { headers = {}, stopBefore, from } = {}) {
      const initiator = from === undefined ? null : new URL(from)
      return travel(
        { url: new URL(url), method: 'GET', initiator, isNavigation: true, body: null, headers },
        stopBefore,
      )
    },

    submit({ action, fields, from, headers = {}, stopBefore }) {
      const url = new URL(action)
      const body = new URLSearchParams(fields)
      return travel(
        { url, method: 'POST', initiator: new URL(from ?? url), isNavigation: true, body, headers },
        stopBefore,
      )
    },

    formOf: (page) => onlyForm(page, ''),

    formWith: onlyForm,

    linksOf({ text, url }) {
      return [...text.matchAll(/<a\b([^>]*)>/g)].map(([, link = '']) => new URL(attributeOf(link, 'href'), url).href)
    },

    background(url, { method = 'GET', from = url, headers = {} } = {}) {
      const initiator = new URL(from)
      return travel({ url: new URL(url), method, initiator, isNavigation: false, body: null, headers }, undefined)
    },
  }
}

interface Step {
  readonly url: URL
  readonly method: string
  readonly initiator: URL | null
  readonly isNavigation: boolean
  readonly body: URLSearchParams | null
  readonly headers: Readonly<Record<string, string>>
}

function onlyForm({ text, url }: Visit, wanted: string): Form {
  const forms = [...text.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].filter(([, , content]) =>
    content?.includes(wanted),
  )
  const [, attributes = '', content = ''] = forms[0] ?? []
  if (forms.length !== 1) throw new Error(`${forms.length} forms at ${url} with ${JSON.stringify(wanted)}`)
  const inputs = [...content.matchAll(/<input\b([^>]*)>/g)].map(([, input = '']) => input)
  return {
    action: new URL(attributeOf(attributes, 'action'), url).href,
    fields: Object.fromEntries(inputs.map((input) => [attributeOf(input, 'name'), attributeOf(input, 'value')])),
    from: url,
  }
}

/** @see W3C Fetch Metadata Request Headers section 2.3 */
function fetchSite(initiator: URL | null, url: URL): string {
  if (initiator === null) return 'none'
  if (initiator.origin === url.origin) return 'same-origin'
  return siteOf(initiator) === siteOf(url) ? 'same-site' : 'cross-site'
}

function visitOf(response: Response, text: string, answers: Visit['answers'], next: URL | null): Visit {
  const { status, headers } = response
  const path = answers.map(({ url }) => url)
  return {
    status,
    url: path.at(-1) ?? '',
    headers,
    text,
    path,
    answers,
    next: next?.href ?? null,
    json: () => JSON.parse(text),
  }
}

function attributeOf(tag: string, name: string): string {
  const [, value = ''] = new RegExp(`\\b${name}="([^"]*)"`).exec(tag) ?? []
  return value
    .replaceAll('&quot;', '"')
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
