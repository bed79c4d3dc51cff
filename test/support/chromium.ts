/**
 * A real browser for the tests that need one, and the reason when there is none.
 */
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** Where Chromium is; `null` when it is in none of the usual places and CHROMIUM_PATH names none. */
async function findChromium(): Promise<string | null> {
  const { CHROMIUM_PATH } = process.env
  for (const place of CHROMIUM_PATH ? [CHROMIUM_PATH] : USUAL_PLACES) {
    const isThere = await access(place).then(
      () => true,
      () => false,
    )
    if (isThere) return place
  }
  return null
}

const NO_CHROMIUM = 'Chromium was not found; install it or set CHROMIUM_PATH'

const executablePath = await findChromium()

/** Whether tests with a browser are skipped because there is none. In CI they fail instead. */
export const isWithoutChromium = executablePath === null && process.env.CI !== 'true'
if (isWithoutChromium) console.warn(`Skipped, because ${NO_CHROMIUM}.`)

/** @throws Error when there is no Chromium */
function pathOfChromium(): string {
  if (executablePath === null) throw new Error(NO_CHROMIUM)
  return executablePath
}

/** They keep it off the network: it talks to the addresses under test only. */
const SWITCHES = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** @throws Error when there is no Chromium */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: pathOfChromium(), args: SWITCHES })
}

/**
 * A browser with one profile, which takes cookies of other sites in frames and background requests; its other contexts never do.
 *
 * @throws Error when there is no Chromium
 */
export async function launchTakingThirdPartyCookies(...more: readonly string[]): Promise<BrowserContext> {
  const path = pathOfChromium()
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-chromium-'))
  const preferences = { profile: { cookie_controls_mode: 0, block_third_party_cookies: false } }
  await mkdir(join(folder, 'Default'))
  await writeFile(join(folder, 'Default', 'Preferences'), JSON.stringify(preferences))
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: path,
    args: [...SWITCHES, ...more],
    locale: 'en-GB',
  })
  // Its processes end a moment later.
  context.on('close', () => void rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }))
  return context
}

/** Keeps the pictures of docs/pages.md up to date when PICTURES=1: the whole page, however long. */
export async function screen(page: Page, name: string): Promise<void> {
  if (process.env.PICTURES !== '1') return
  await mkdir('docs/screens', { recursive: true })
  await page.screenshot({ path: `docs/screens/${name}.png`, fullPage: true })
}

/** Keeps the pictures of the documents up to date when PICTURES=1. */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env.PICTURES !== '1') return
  await mkdir('docs/images', { recursive: true })
  await page.screenshot({ path: `docs/images/${name}.png` })
}
