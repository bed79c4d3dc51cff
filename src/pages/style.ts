/**
 * The one style sheet of all pages, and their icon; each is served from its own address so that pages need no inline style.
 */

export const STYLE_PATH = '/gatehouse.css'
export const ICON_PATH = '/favicon.svg'

/** The gate of the brand, on a background of its own, because tab bars may be light or dark. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1f4fbf"/><path d="M7 25V13l9-6 9 6v12M7 25h18M13 25v-6a3 3 0 0 1 6 0v6" fill="none" stroke="#fff" stroke-width="2.25" stroke-linejoin="round" stroke-linecap="round"/></svg>
`

export const STYLE = `
:root {
  color-scheme: light dark;
  --good: #1b7a43; --bad: #b3261e; --open: #8a5a00;
  --ground: #eef1f6; --card: #fff; --ink: #1b2432; --soft: #56627a; --line: #d9dfe9; --accent: #1f4fbf; --on-accent: #fff;
}
@media (prefers-color-scheme: dark) {
  :root { --good: #6fd59a; --bad: #ff9d94; --open: #f2c46d; --ground: #11151d; --card: #1a2029; --ink: #e8ecf3; --soft: #9aa6ba; --line: #2c3543; --accent: #8fb2ff; --on-accent: #0d1526; }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; min-height: 100svh; display: grid; grid-template-columns: minmax(0, 1fr); place-content: center; justify-items: center; padding: 1.5rem;
  background: var(--ground); color: var(--ink);
  font: 1.0625rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main {
  width: 100%; max-width: 27rem; padding: 2.25rem 2rem; background: var(--card);
  border: 1px solid var(--line); border-radius: .875rem; box-shadow: 0 1px 2px rgb(0 0 0 / .04), 0 12px 32px rgb(0 0 0 / .07);
}
.brand { display: flex; align-items: center; gap: .6rem; margin: 0 0 1.75rem; color: var(--soft); font-size: .9375rem; font-weight: 600; }
.brand svg { width: 1.5rem; height: 1.5rem; color: var(--accent); }
.brand img { height: 1.5rem; width: auto; }
footer { display: flex; flex-wrap: wrap; justify-content: center; gap: .25rem 1rem; margin: 1rem 0 0; font-size: .875rem; }
footer a { padding: .25rem; color: var(--soft); }
footer a[aria-current] { color: var(--ink); text-decoration: none; }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.25; letter-spacing: -.01em; overflow-wrap: anywhere; }
a { color: var(--accent); }
p { margin: 0 0 1rem; color: var(--soft); overflow-wrap: anywhere; }
form { margin: 0; }
.action {
  display: block; width: 100%; margin-top: 1.5rem; padding: .75rem 1rem; border: 1px solid transparent; border-radius: .5rem;
  background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; text-align: center; text-decoration: none; overflow-wrap: anywhere; cursor: pointer;
}
/* In forced colours the border of .action gets the colour of its text: all that shows that it is a button. */
.quiet { margin-top: .75rem; background: transparent; border-color: var(--line); color: var(--ink); }
.choices { margin: 1.5rem 0 0; padding: 0; list-style: none; }
.choices .action { margin-top: .75rem; }
.aside { margin: 1.25rem 0 0; text-align: center; font-size: .9375rem; }
.aside a { color: inherit; }
main.wide { max-width: 62rem; }
body:has(main.wide) { place-content: start stretch; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0 0 1.5rem; font-size: .9375rem; }
nav a { padding: .25rem 0; color: var(--soft); }
nav a[aria-current] { color: var(--ink); font-weight: 600; text-decoration: none; border-bottom: 2px solid var(--accent); }
.rows { margin: 0 0 1rem; padding: 0; list-style: none; }
.rows li { display: flex; align-items: center; justify-content: space-between; gap: 1rem; padding: .75rem 0; border-top: 1px solid var(--line); }
.rows p { margin: 0; font-size: .9375rem; }
.mark { display: inline-block; margin: 0 .5rem; padding: 0 .5rem; border: 1px solid currentColor; border-radius: 1rem; color: var(--good); font-size: .8125rem; }
.mark.bad, p.bad { color: var(--bad); }
p.mark { margin-left: 0; }
.small { padding: .375rem .875rem; border: 1px solid var(--line); border-radius: .5rem; background: transparent; color: var(--ink); font: inherit; font-size: .9375rem; cursor: pointer; }
.danger { border-color: var(--bad); color: var(--bad); }
.change label { display: block; margin: 0 0 .5rem; }
.filter { display: flex; flex-wrap: wrap; align-items: end; gap: .75rem; margin: 0 0 1.25rem; }
.filter label { display: block; color: var(--soft); font-size: .875rem; }
.filter .grows { flex: 1 1 16rem; }
.filter input, .filter select { display: block; width: 100%; margin-top: .125rem; padding: .375rem .5rem; border: 1px solid var(--soft); border-radius: .375rem; background: var(--card); color: var(--ink); font: inherit; font-size: .9375rem; }
.fields label, .fields fieldset { display: block; margin: 0 0 .75rem; color: var(--soft); font-size: .9375rem; }
.fields fieldset { padding: .5rem .75rem; border: 1px solid var(--line); border-radius: .375rem; }
.fields fieldset label { display: inline-block; margin: 0 1rem 0 0; }
.fields input:not([type=checkbox]), .fields select, .fields textarea { display: block; width: 100%; max-width: 36rem; margin-top: .125rem; padding: .375rem .5rem; border: 1px solid var(--soft); border-radius: .375rem; background: var(--card); color: var(--ink); font: inherit; font-size: .9375rem; }
pre { margin: 1rem 0; white-space: pre-wrap; overflow-wrap: anywhere; font: .875rem/1.4 ui-monospace, Menlo, Consolas, monospace; }
.scroll { overflow-x: auto; margin: 0 0 1rem; }
table { width: 100%; border-collapse: collapse; font-size: .9375rem; }
th, td { padding: .5rem .75rem .5rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--soft); font-weight: 400; }
td time, td code { white-space: nowrap; }
.explained code { white-space: normal; }
.option { margin-top: 1.5rem; }
.data { margin: 0 0 1rem; font-size: 1rem; }
.data div { display: grid; grid-template-columns: minmax(9rem, 14rem) 1fr; gap: 0 1rem; padding: .5rem 0; border-top: 1px solid var(--line); }
.data dd { margin: 0; overflow-wrap: anywhere; }
.data code { color: var(--soft); margin-left: .5rem; }
@media (max-width: 34rem) { .data div { grid-template-columns: 1fr; } }
.explained { max-width: 40rem; }
.explained p { margin: .25rem 0 0; font-size: .9375rem; }
.explained .fix { color: var(--ink); }
h2 { margin: 2rem 0 .75rem; font-size: 1.125rem; }
.checks { margin: 0; padding: 0; list-style: none; }
.check { padding: .75rem 0 .75rem .875rem; border-top: 1px solid var(--line); border-left: .25rem solid var(--mark); }
.check p { margin: 0 0 .25rem; font-size: .9375rem; line-height: 1.45; }
.check .verdict { color: var(--ink); font-weight: 600; }
.check .verdict strong { color: var(--mark); }
.check .fix { color: var(--ink); }
.check.pass { --mark: var(--good); }
.check.fail { --mark: var(--bad); }
.check.cannot-tell { --mark: var(--open); }
dl { margin: .5rem 0 0; font-size: .875rem; }
dt { color: var(--soft); }
dd { margin: 0 0 .375rem; }
code { font: .875rem/1.4 ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; user-select: all; color: var(--ink); }
.proconnect { background: #000091; color: #fff; }
.action:hover { filter: brightness(1.08); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
.reference { margin: 1.5rem 0 0; padding-top: 1rem; border-top: 1px solid var(--line); font: .875rem/1.4 ui-monospace, Menlo, Consolas, monospace; }
`
