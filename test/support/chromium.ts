/**
 * A real browser for the tests that need one, and the reason when there is none.
 */
import { access, mkdir } from 'node:fs/promises'
import { type Browser, chromium, type Page } from 'playwright-core'

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
export async function findChromium(): Promise<string | null> {
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

export const NO_CHROMIUM = 'Chromium was not found; install it or set CHROMIUM_PATH'

/** The switches keep it off the network: it talks to the addresses under test only. */
export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** Keeps the pictures of the documents up to date when PICTURES=1. */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env.PICTURES !== '1') return
  await mkdir('docs/images', { recursive: true })
  await page.screenshot({ path: `docs/images/${name}.png` })
}
