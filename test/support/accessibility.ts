/**
 * Looks at a page in a browser as someone does who cannot see it, or has a small window: by axe-core, and by a few rules of our own.
 */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Evaluated in the page. */
const VIOLATIONS = `axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)))`
const IS_TOO_WIDE = 'document.documentElement.scrollWidth > document.documentElement.clientWidth'

/** What is wrong with the page that is open. @param name for the list @param tag of the language that it must be in */
export async function problemsOn(page: Page, name: string, tag: string): Promise<readonly string[]> {
  await page.evaluate(AXE)
  const violations: readonly string[] = await page.evaluate(VIOLATIONS)
  const text = await page.locator('body').innerText()
  const language = await page.locator('html').getAttribute('lang')
  return [
    ...violations,
    ...((await page.evaluate(IS_TOO_WIDE)) ? ['wider than the window'] : []),
    ...(/undefined|\[object|NaN/.test(text) ? ['lacks a sentence'] : []),
    ...(language === tag ? [] : [`in ${language}`]),
  ].map((problem) => `${name}: ${problem}`)
}
