/**
 * The pages of the diagnosis: words of the visitor's language inside English rows say so, and no one is left without a way on.
 */
import { describe, expect, it } from 'vitest'
import { checkOf, fail } from '../../src/diagnosis/check.ts'
import { diagnosisPage, notAdministratorPage } from '../../src/pages/diagnosis.tsx'
import { languageFor } from '../../src/pages/language.ts'
import { htmlOf, tagsOf } from '../support/html.ts'

describe.each(['en', 'fr', 'de'])('in %s', (tag) => {
  const language = languageFor(tag)

  it('translated words inside the English rows carry their own language', async () => {
    const checks = [checkOf(fail('keys', 'No key was seen.', 'Look at the keys.'), null)]
    const view = { links: [], checks, names: new Map<string, string>(), lookedAt: '2026-11-26T00:00:00Z', path: '/x' }
    const page = await htmlOf(diagnosisPage(language, view))
    const { results, fix } = language.messages.diagnosis
    expect(page).toContain('<ul class="checks" lang="en">')
    expect(page).toContain(`<strong lang="${tag}">${results.fail}</strong>`)
    expect(page).toContain(`<strong lang="${tag}">${fix}</strong>`)
  })

  it('who is no administrator has a way on', async () => {
    const page = await htmlOf(notAdministratorPage(language, 'default:alice', '/home/path'))
    expect(tagsOf(page)).toContain('<a class="action" href="/home/path">')
  })
})
