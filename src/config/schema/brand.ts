/**
 * The settings of how the pages look, and whom they send people to; what a page makes of them is decided in `pages/`.
 */
import { color, text } from '../values/kinds.ts'
import { contact, link } from '../values/urls.ts'
import { optional } from './setting.ts'

export const brandSettings = {
  brandName: optional(text, {
    name: 'GATEHOUSE_BRAND_NAME',
    origin: 'Gatehouse',
    default: 'Gatehouse',
    example: 'Meetings of Example',
    meaning: 'What the pages call the service, above their content and in their titles.',
  }),
  brandLogo: optional(link, {
    name: 'GATEHOUSE_BRAND_LOGO',
    origin: 'Gatehouse',
    example: 'https://www.example.org/logo.svg',
    meaning:
      'A picture above the content of the pages, 24 pixels high. The policy of the pages allows pictures of its host, and of no other. Unset: a gate.',
  }),
  brandColor: optional(color, {
    name: 'GATEHOUSE_BRAND_COLOR',
    origin: 'Gatehouse',
    example: '#1f4fbf',
    meaning:
      'The colour of buttons and links. It is made darker, or lighter on dark pages, until it can be read (contrast of 4.5 to 1). Unset: blue.',
  }),
  supportUrl: optional(contact, {
    name: 'GATEHOUSE_SUPPORT_URL',
    origin: 'Gatehouse',
    example: 'mailto:help@example.org',
    meaning:
      'Whom people ask who cannot get in: a page or an e-mail address (`mailto:`), on every page that refuses something and below all others.',
  }),
  imprintUrl: optional(link, {
    name: 'GATEHOUSE_IMPRINT_URL',
    origin: 'Gatehouse',
    example: 'https://www.example.org/imprint',
    meaning: 'The imprint, linked below every page. Unset: no link.',
  }),
} as const
