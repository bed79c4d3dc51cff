/**
 * Looks at pages as a browser does: their tags, and their text with the entities resolved.
 */
import type { Page } from '../../src/pages/layout.tsx'

export async function htmlOf(page: Page): Promise<string> {
  return String(await page)
}

/** All tags with their attributes, in order. Two pages that differ in text only have the same. */
export function tagsOf(html: string): string[] {
  return html.match(/<[^>]*>/g) ?? []
}

export function textOf(html: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&lt;': '<',
    '&gt;': '>',
    '&quot;': '"',
    '&#39;': "'",
    '&amp;': '&',
  }
  return html.replace(/<[^>]*>/g, '\n').replace(/&(lt|gt|quot|#39|amp);/g, (entity) => entities[entity] ?? entity)
}

/** Texts that want to be more than text. */
export const HOSTILE = [
  '<script>alert(1)</script>',
  '</title><script>alert(1)</script>',
  '</h1><img src=x onerror=alert(1)>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '" onmouseover="alert(1)',
  '<!--',
  ']]><svg/onload=alert(1)>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '&#60;script&#62;',
  '</pre></textarea></style><script>',
  '{{alert(1)}}',
  '<\0script>',
  '\u202e<b>',
]
