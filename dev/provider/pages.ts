/**
 * Draws the pages of the embedded provider from plain data; loads nothing from elsewhere and decides nothing.
 */
import { randomBytes } from 'node:crypto'
import { PEOPLE } from './people.ts'

/** A page and the header that allows exactly its own style and script. */
export interface Page {
  readonly html: string
  readonly contentSecurityPolicy: string
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --quiet: #5b6675; --paper: #fff; --ground: #eef1f5; --line: #c9d1db; --accent: #1f5fbf; --bad: #b3261e }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf2; --quiet: #a2adbb; --paper: #1b222c; --ground: #11161d; --line: #3a4654; --accent: #7fb0ff; --bad: #ff9a92 } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
main { width: 100%; max-width: 23rem; padding: 2rem; background: var(--paper); border: 1px solid var(--line); border-radius: .75rem }
h1 { margin: 0 0 1.25rem; font-size: 1.35rem; line-height: 1.25 }
label { display: block; margin-bottom: 1rem; font-weight: 600 }
input { display: block; width: 100%; margin-top: .25rem; padding: .6rem .7rem; font: inherit; font-weight: 400; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: .4rem }
button { width: 100%; padding: .65rem; font: inherit; font-weight: 600; color: var(--paper); background: var(--accent); border: 0; border-radius: .4rem; cursor: pointer }
input:focus-visible, button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
[role=alert] { margin: 0 0 1rem; color: var(--bad); font-weight: 600 }
small { display: block; margin-top: 1.25rem; color: var(--quiet) }
code { overflow-wrap: anywhere }`

/** Text made safe for HTML, in attributes too. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

function page(title: string, body: string, script = ''): Page {
  const nonce = randomBytes(16).toString('base64url')
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<main>
${body}
</main>
${script === '' ? '' : `<script nonce="${nonce}">${script}</script>`}
</body>
</html>
`
  // No form-action: browsers apply it to the redirects after the form too, and those lead to the relying party and beyond.
  const contentSecurityPolicy = `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; img-src data:; base-uri 'none'; frame-ancestors 'none'`
  return { html, contentSecurityPolicy }
}

/** The sign-in page. `problem` is a sentence about the last try. */
export function signInPage({ username, problem }: { username: string; problem?: string }): Page {
  const isNameGood = username !== '' && problem === undefined
  const people = PEOPLE.map(({ username, remark }) => `<b>${username}</b>${remark ? ` (${remark})` : ''}`).join(', ')
  return page(
    'Sign in – embedded provider',
    `<h1>Sign in</h1>
${problem ? `<p role="alert">${escapeHtml(problem)}</p>` : ''}
<form method="post">
<label>Username <input name="username" value="${escapeHtml(username)}" autocomplete="username" autocapitalize="none" spellcheck="false" required${isNameGood ? '' : ' autofocus'}></label>
<label>Password <input name="password" type="password" autocomplete="current-password"${isNameGood ? ' autofocus' : ''}></label>
<button type="submit">Sign in</button>
</form>
<small>This is the provider for development. It knows ${people}, and takes any password.</small>`,
  )
}

/** The sign-out page around oidc-provider's form. `isAsked`: the relying party proved whose session it is, so it submits itself. */
export function signOutPage({ form, isAsked }: { form: string; isAsked: boolean }): Page {
  return page(
    'Sign out – embedded provider',
    `<h1>Sign out</h1>
${form}
<button type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button>
<small>This ends your session at the provider for development.</small>`,
    isAsked ? `document.querySelector('button').click()` : '',
  )
}

/** A page that only says something. */
export function messagePage(heading: string, text: string): Page {
  return page(`${heading} – embedded provider`, `<h1>${escapeHtml(heading)}</h1>\n<p>${escapeHtml(text)}</p>`)
}
