/**
 * Return targets: whatever is asked for, the result is this host, an allowed one, or nothing (A1 to A10).
 */

import { describe, expect, it } from 'vitest'
import type { AllowedHost } from '../../src/config/values/lists.ts'
import { acceptedTarget, judgedTarget } from '../../src/routes/sign-in/return-to.ts'
import { PATHS } from '../support/paths.ts'

const GATE = 'https://gate.example.com'
const APP: AllowedHost = { host: 'app.example.com', origin: null, withSubdomains: false }

function accept(wanted: string, allowed: readonly AllowedHost[] = [APP]): string | null {
  return acceptedTarget(wanted, GATE, allowed)
}

describe('a path of this host', () => {
  it.each([
    ['/', `${GATE}/`],
    ['/x', `${GATE}/x`],
    ['/a/b?c=d&e=f#g', `${GATE}/a/b?c=d&e=f#g`],
    ['/a%20b', `${GATE}/a%20b`],
    ['/été', `${GATE}/%C3%A9t%C3%A9`],
    ['/?next=//evil.example', `${GATE}/?next=//evil.example`],
    ['/x?u=https://evil.example/', `${GATE}/x?u=https://evil.example/`],
    ['/a/../b', `${GATE}/b`],
    ['/@evil.example', `${GATE}/@evil.example`],
    ['/:443/x', `${GATE}/:443/x`],
  ])('%s is followed as %s', (wanted, target) => {
    expect(accept(wanted)).toBe(target)
  })

  it('is followed when no host is allowed (A5)', () => {
    expect(accept('/x', [])).toBe(`${GATE}/x`)
  })

  it('is followed when it is written in full', () => {
    expect(accept(`${GATE}/x`, [])).toBe(`${GATE}/x`)
  })

  it.each(['HTTPS://GATE.EXAMPLE.COM/x', `${GATE}:443/x`])('is followed when it is spelt otherwise: %s', (wanted) => {
    expect(accept(wanted, [])).toBe(`${GATE}/x`)
  })

  it('may have 2,000 characters, and not one more', () => {
    const paths = [`/${'x'.repeat(1999)}`, `/${'x'.repeat(2000)}`]
    expect(paths.map((path) => accept(path) !== null)).toEqual([true, false])
  })

  it.each(['/', `/${'x'.repeat(1999)}`, `https://app.example.com/${'x'.repeat(1976)}`])(
    'that was accepted is accepted again at the end',
    (wanted) => {
      const target = accept(wanted)
      expect(accept(target ?? '')).toBe(target)
    },
  )
})

describe('why a target is not followed', () => {
  const reasonOf = (wanted: string) => JSON.stringify(judgedTarget(wanted, GATE, [APP]))

  it.each([
    [`/${'x'.repeat(2000)}`, '2001 characters, and 2000 are the most'],
    [`https://app.example.com/${'x'.repeat(1977)}`, '2001 characters'],
    [`/${'ä'.repeat(400)}`, '2401 characters'],
    ['/a b', 'a blank'],
    ['/a\\b', 'a backslash'],
    ['/a\tb', 'control character'],
    ['//evil.example', 'neither a path'],
    ['javascript:alert(1)', 'neither a path'],
    ['rooms/1', 'neither a path'],
    ['https://user:secret@app.example.com/', 'user name'],
    ['https://evil.example/', 'another host'],
    ['https://evil.example/', 'OIDC_REDIRECT_ALLOWED_HOSTS'],
    ['https://app.example.com:8443/', 'another host'],
    ['http://app.example.com/', 'http://'],
  ])('%s', (wanted, reason) => {
    expect(reasonOf(wanted)).toContain(reason)
  })

  it.each([`/${'x'.repeat(3000)}`, '/a b', '//x', 'http://app.example.com/', 'https://user:secret@app.example.com/'])(
    'is never the list of hosts when that is not the reason: %s',
    (wanted) => {
      expect(reasonOf(wanted)).not.toContain('OIDC_REDIRECT_ALLOWED_HOSTS')
    },
  )

  it('says nothing of the target itself', () => {
    expect(reasonOf('https://user:secret@app.example.com/hush')).not.toMatch(/secret|hush/)
  })
})

it.each(['ä', '漢', '"'])('a target that grows beyond what a cookie holds is refused: %s (CK6)', (character) => {
  expect(accept(`/search?q=${character.repeat(900)}`)).toBeNull()
})

describe('an allowed host', () => {
  it.each([
    'https://app.example.com/',
    'https://app.example.com/x?y#z',
    'https://app.example.com:443/',
    'https://APP.example.com/x',
    'HTTPS://app.example.com/',
  ])('%s is followed (A4)', (wanted) => {
    expect(accept(wanted)).toBe(new URL(wanted).href)
  })

  it.each([
    'https://evilapp.example.com/',
    'https://app.example.com.evil.example/',
    'https://app.example.com.',
    'https://x.app.example.com/',
    'https://example.com/',
    'https://app.example.co/',
    'https://app-example.com/',
    'https://appxexample.com/',
    'https://evil.example/app.example.com',
    'https://evil.example/?app.example.com',
    'https://evil.example/#app.example.com',
  ])('%s is another one (A4)', (wanted) => {
    expect(accept(wanted)).toBeNull()
  })

  it.each(['https://app.example.com:8443/', 'https://app.example.com:80/', 'https://app.example.com:0/'])(
    'on another port is another one: %s',
    (wanted) => {
      expect(accept(wanted)).toBeNull()
    },
  )

  it('with a dot before it stands for the hosts below it, by whole labels, and for itself (A4)', () => {
    const allowed = [{ host: 'apps.example.com', origin: null, withSubdomains: true }]
    const wanted = [
      'https://a.apps.example.com/',
      'https://a.b.apps.example.com/',
      'https://apps.example.com/',
      'https://evilapps.example.com/',
      'https://apps.example.com.evil.example/',
      'http://a.apps.example.com/',
      'https://a.apps.example.com:8443/',
    ]
    expect(wanted.map((target) => accept(target, allowed) !== null)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ])
  })

  it('with a port is that port only', () => {
    const allowed = [{ host: 'app.example.com:8443', origin: null, withSubdomains: false }]
    const wanted = ['https://app.example.com:8443/', 'https://app.example.com/', 'https://app.example.com:8444/']
    expect(wanted.map((target) => accept(target, allowed) !== null)).toEqual([true, false, false])
  })

  it('without a scheme is https', () => {
    expect(accept('http://app.example.com/')).toBeNull()
  })

  it.each(['http://localhost:3000/x', 'https://localhost:3000/x'])(
    'without a scheme is http, too, on this machine: %s',
    (wanted) => {
      expect(accept(wanted, [{ host: 'localhost:3000', origin: null, withSubdomains: false }])).toBe(wanted)
    },
  )

  it('with a scheme is that scheme only', () => {
    const allowed = [{ host: 'localhost:3000', origin: 'http://localhost:3000', withSubdomains: false }]
    expect([
      accept('http://localhost:3000/', allowed) !== null,
      accept('https://localhost:3000/', allowed) !== null,
    ]).toEqual([true, false])
  })

  it('any of several is enough', () => {
    const allowed = [APP, { host: 'meet.example.com', origin: 'https://meet.example.com', withSubdomains: false }]
    const wanted = ['https://app.example.com/', 'https://meet.example.com/', 'https://other.example.com/']
    expect(wanted.map((target) => accept(target, allowed) !== null)).toEqual([true, true, false])
  })

  it('is none when the list is empty (A5)', () => {
    expect([accept('https://evil.example/', []), accept('https://app.example.com/', [])]).toEqual([null, null])
  })
})

describe('this host', () => {
  it.each([
    'http://gate.example.com/',
    `${GATE}:8443/`,
    'https://gate.example.com.evil.example/',
    'https://xgate.example.com/',
  ])('is not %s', (wanted) => {
    expect(accept(wanted)).toBeNull()
  })
})

describe('a target that leads elsewhere or cannot be judged', () => {
  it.each([
    // A1: a backslash is a slash to a browser
    '/\\evil.example',
    '\\\\evil.example',
    '\\/evil.example',
    '/\\/evil.example',
    'https:\\\\evil.example',
    'https:/\\evil.example',
    'https://app.example.com\\@evil.example/',
    'https://evil.example\\@app.example.com/',
    'https://evil.example\\.app.example.com/',
    // A2: white space and control characters, which a browser drops
    '/\t/evil.example',
    '/\n/evil.example',
    '/\r/evil.example',
    '/ /evil.example',
    '\t//evil.example',
    ' //evil.example',
    '/\u00a0/evil.example',
    '/\u2028/evil.example',
    '/\0/evil.example',
    'ht\ntps://evil.example/',
    // A3: dot segments
    '/./\\evil.example',
    '/.\\/evil.example',
    '/..\\\\evil.example',
    // A7: not bound to the base URL
    '//evil.example',
    '///evil.example',
    '////evil.example',
    'https:evil.example',
    'https:/evil.example',
    'https:///evil.example',
    'https://evil.example/',
    'http://evil.example/',
    'evil.example',
    'x',
    '.',
    '..',
    './x',
    '?x',
    '#x',
    '',
    // A8: other schemes
    'JaVaScRiPt:alert(1)',
    'javascript:alert(1)',
    '\u0001javascript:alert(1)',
    'java\tscript:alert(1)',
    'javascript://app.example.com/%0aalert(1)',
    'data:text/html,x',
    'vbscript:x',
    'blob:https://gate.example.com/x',
    'file:///etc/passwd',
    'ftp://app.example.com/',
    'ws://gate.example.com/',
    'view-source:https://gate.example.com/',
    'about:blank',
    // A9: a user name before the host
    'https://app.example.com@evil.example/',
    'https://app.example.com:x@evil.example/',
    'https://app.example.com%40evil.example/',
    'https://evil.example@app.example.com/',
    'https://user:pw@gate.example.com/',
    'https://@evil.example/',
    // A10: a custom scheme
    'myapp://callback',
    'myapp://callback.evil.example/',
    // hosts that cannot be
    'https://',
    'https://:443/',
    'https://app.example.com:99999/',
    'https://app.example.com:x/',
    'https://[::1',
    'https://app.example.com%00.evil.example/',
    'https://app.example.com%2eevil.example/',
    'https://app。example。com.evil.example/',
    'https://ａpp.example.com.evil.example/',
  ])('%j is refused', (wanted) => {
    expect(accept(wanted)).toBeNull()
  })

  it('is refused at once when it is very long', () => {
    expect(accept(`/${'\\'.repeat(1_000_000)}`)).toBeNull()
  })
})

describe('the corpus (A3)', () => {
  const corpus = [...builtCorpus(), ...randomCorpus(20_000)]

  /** What a browser on a page of `GATE` would go to, were the value sent as it is. */
  function strays(wanted: string, target: string | null, allowed: readonly string[]): boolean {
    if (target === null) return false
    const url = new URL(target, `${GATE}${PATHS.callback}`)
    const spelt = new URL(wanted, `${GATE}${PATHS.login}`)
    return ![url, spelt].every(({ origin }) => allowed.includes(origin)) || url.username !== '' || url.password !== ''
  }

  it('has more than 500 lines', () => {
    expect(new Set(corpus).size).toBeGreaterThan(10_000)
  })

  it('has lines that are accepted, so that the others mean something', () => {
    expect(corpus.filter((wanted) => accept(wanted) !== null).length).toBeGreaterThan(100)
  })

  it('leads nowhere but to this host when no other is allowed', () => {
    expect(corpus.filter((wanted) => strays(wanted, accept(wanted, []), [GATE]))).toEqual([])
  })

  it('leads nowhere but to this host and the allowed one', () => {
    expect(corpus.filter((wanted) => strays(wanted, accept(wanted), [GATE, 'https://app.example.com']))).toEqual([])
  })

  it('leads to addresses without line ends and blanks, fit for a header (A26)', () => {
    expect(
      corpus.map((wanted) => accept(wanted)).filter((target) => target !== null && /[^\x21-\x7e]/.test(target)),
    ).toEqual([])
  })

  it('leads to addresses that are absolute', () => {
    const targets = corpus.map((wanted) => accept(wanted)).filter((target) => target !== null)
    expect(targets.filter((target) => !target.startsWith('https://'))).toEqual([])
  })
})

/** Every beginning with every host and every end. */
function builtCorpus(): string[] {
  const schemes = [
    '',
    '/',
    'http:',
    'https:',
    'HTTPS:',
    'hTtP:',
    'javascript:',
    'data:',
    'ftp:',
    'myapp:',
    ':',
    '%68ttps:',
    'x:https:',
  ]
  const slashes = [
    '',
    '/',
    '//',
    '///',
    '\\',
    '\\\\',
    '/\\',
    '\\/',
    '/./',
    '/../',
    '/.//',
    '/%2f',
    '/%2F/',
    '%2f%2f',
    '/%5c',
    '/%09/',
    '/\t/',
    '/\n/',
    '/\r\n/',
    '/ /',
    '/;/',
    '/@',
    '/?/',
    '/#/',
    '/\u3000/',
    '/\u00ad/',
    '／／',
    '⁄⁄',
  ]
  const hosts = [
    'evil.example',
    'app.example.com',
    'gate.example.com',
    'app.example.com.evil.example',
    'evilapp.example.com',
    'app.example.com@evil.example',
    'app.example.com:443@evil.example',
    'evil.example@app.example.com',
    'app.example.com%2f@evil.example',
    'evil.example#app.example.com',
    'evil.example?app.example.com',
    'evil.example\\app.example.com',
    'evil.example/.app.example.com',
    'evil.example;app.example.com',
    'evil.example%00app.example.com',
    'app.example.com:8443',
    '[::1]',
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    'ⓔvil.example',
    'xn--80ak6aa92e.com',
    'app.example.com.',
    '.app.example.com',
    'localhost',
  ]
  const ends = ['', '/', '/x', '/..', '//evil.example', '\\', '?//evil.example', '#@evil.example', '\t', '\0', ' ']
  return schemes.flatMap((scheme) =>
    slashes.flatMap((slash) => hosts.flatMap((host) => ends.map((end) => scheme + slash + host + end))),
  )
}

/** Pieces thrown together, the same ones on every run. */
function randomCorpus(count: number): string[] {
  const pieces = [
    '/',
    '/',
    '\\',
    '.',
    '..',
    ':',
    '@',
    '?',
    '#',
    '%',
    '%2f',
    '%5c',
    '%09',
    '%00',
    '\t',
    '\n',
    '\r',
    ' ',
    '\0',
    '\u00a0',
    '\ufeff',
    '\u200b',
    '\u00ad',
    'http',
    'https:',
    'https://',
    'javascript:',
    'evil.example',
    'app.example.com',
    'gate.example.com',
    '443',
    'x',
    '&',
    ';',
    '[',
    ']',
    '<',
    '>',
    '"',
    '｡',
    '／',
    '＠',
    '\ud800',
  ]
  let state = 7
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state >>> 8) % below
  }
  return Array.from({ length: count }, () => {
    const start = random(2) === 0 ? '/' : ''
    return start + Array.from({ length: 1 + random(8) }, () => pieces[random(pieces.length)] ?? '').join('')
  })
}
