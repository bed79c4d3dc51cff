/**
 * Every sentence that people read, in German.
 */
import { nameOf } from '../../config/names.ts'
import type { Messages } from './en.ts'
import { people } from './people/de.ts'

export const de: Messages = {
  signIn: 'Anmelden',
  chooseProvider: 'Womit möchten Sie sich anmelden?',
  signInOtherwise: 'Anders anmelden',
  signInWithProConnect: 'Mit ProConnect anmelden',
  whatIsProConnect: 'Was ist ProConnect?',
  signOut: 'Abmelden',
  signInAgain: 'Noch einmal anmelden',
  toStart: 'Zur Startseite',
  cancel: 'Abbrechen',
  support: 'Hilfe',
  imprint: 'Impressum',
  notSignedIn: 'Sie sind nicht angemeldet',
  signedOut: 'Sie sind abgemeldet',
  signedOutHint: 'Sie melden sich mit dem Konto Ihrer Organisation an. Ein Passwort gibt es hier nicht.',
  signedInAs: (name) => `Guten Tag, ${name}`,
  unnamed: 'und willkommen',
  signedInHint: 'Sie sind angemeldet und können diese Seite schließen.',
  signOutQuestion: 'Abmelden?',
  signOutHint: 'Sie werden hier und beim Anmeldedienst Ihrer Organisation abgemeldet.',
  signOutEverywhere: 'Auf allen Geräten abmelden',
  signOutEverywhereQuestion: 'Auf allen Geräten abmelden?',
  signOutEverywhereHint: 'Alle Browser, in denen Sie hier angemeldet sind, werden abgemeldet.',
  signOutAtProviderHint: 'Nun fehlt noch die Abmeldung beim Anmeldedienst Ihrer Organisation.',
  signedOutHere: 'Sie sind hier abgemeldet',
  signedOutHereHint:
    'Der Anmeldedienst Ihrer Organisation antwortet gerade nicht; dort sind Sie vielleicht noch angemeldet. An einem Rechner, den auch andere benutzen, schließen Sie den Browser, oder melden Sie sich später noch einmal an und ab.',
  goOn: 'Weiter',
  missingClaims: (names) =>
    `Für Ihre Administration: Es fehlen die Claims ${names}. Welcher Scope oder Mapper sie bringt, sagt das Protokoll unter der Kennung unten.`,
  diagnosis: {
    title: 'Diagnose',
    wellTitle: 'Von hier aus ist kein Fehler zu sehen',
    failedTitle: (count) =>
      count === 1 ? 'Eine Sache braucht Aufmerksamkeit' : `${count} Dinge brauchen Aufmerksamkeit`,
    lookedAt: (time) => `Von Gatehouse aus gesehen, dort, wo es läuft, am ${time} UTC. Die Einträge sind auf Englisch.`,
    again: 'Noch einmal nachsehen',
    fix: 'Was zu tun ist:',
    results: { pass: 'Gut', fail: 'Fehler', 'cannot tell': 'Nicht zu sehen' },
    notAdministratorTitle: 'Nur für die Administration',
    notAdministratorText: `Sie sind angemeldet, aber nicht als Administrator von Gatehouse. Wer es betreibt, kann Sie dazu machen, indem er dies in ${nameOf('administrators')} ergänzt:`,
  },
  people,
  reference: (reference) => `Kennung: ${reference}`,
  failures: {
    access_denied: {
      title: 'Sie wurden nicht angemeldet',
      text: 'Die Anmeldung wurde abgebrochen, oder Ihre Organisation lässt dieses Konto nicht zu. Wenn Sie nicht abgebrochen haben, fragen Sie Ihre Administration.',
    },
    account_disabled: {
      title: 'Ihr Konto hier ist gesperrt',
      text: 'Die Anmeldung war richtig, aber Ihr Konto bei diesem Dienst wurde gesperrt. Wenn Sie das für einen Irrtum halten, geben Sie die Kennung unten an Ihre Administration weiter.',
    },
    account_not_allowed: {
      title: 'Dieses Konto ist hier nicht zugelassen',
      text: 'Die Anmeldung war richtig, aber dieser Dienst lässt nur bestimmte Personen zu, und dieses Konto gehört nicht dazu. Wenn Sie noch ein anderes Konto haben, melden Sie sich damit an; sonst geben Sie die Kennung unten an Ihre Administration weiter.',
    },
    account_unknown: {
      title: 'Sie haben hier kein Konto',
      text: 'Die Anmeldung war richtig, aber dieser Dienst hat für Sie kein Konto und legt auch keines an. Wenn Sie bei Ihrer Organisation noch ein anderes Konto haben, melden Sie sich damit an; sonst bitten Sie Ihre Administration um ein Konto hier.',
    },
    authentication_too_weak: {
      title: 'Ein stärkerer Nachweis ist nötig',
      text: 'Diese Seite verlangt eine stärkere oder neuere Anmeldung, als der Anmeldedienst Ihrer Organisation gegeben hat. Versuchen Sie es noch einmal: Melden Sie sich dort neu an, mit dem zweiten Faktor Ihrer Organisation.',
    },
    claims_missing: {
      title: 'Ihrem Konto fehlt etwas',
      text: 'Der Anmeldedienst Ihrer Organisation hat uns zu wenig über Ihr Konto mitgeteilt. Geben Sie die Kennung unten an Ihre Administration weiter.',
    },
    clock_skew: {
      title: 'Die Uhren stimmen nicht überein',
      text: 'Der Anmeldedienst Ihrer Organisation und dieser Dienst sind sich über die Zeit nicht einig. Versuchen Sie es noch einmal; bleibt es dabei, geben Sie die Kennung unten an Ihre Administration weiter.',
    },
    conflict: { title: 'Das gibt es schon', text: 'Es wurde nichts geändert.' },
    csrf_refused: {
      title: 'Bitte drücken Sie den Knopf selbst',
      text: 'Diese Anfrage kam nicht von unserer eigenen Seite; es wurde nichts getan.',
    },
    email_conflict: {
      title: 'Wir wissen nicht, welches Konto Ihres ist',
      text: 'Sie wurden nicht angemeldet. Das kann nur Ihre Administration in Ordnung bringen: Geben Sie ihr die Kennung unten.',
    },
    interaction_required: {
      title: 'Bitte melden Sie sich selbst an',
      text: 'Der Anmeldedienst Ihrer Organisation braucht erst eine Handlung von Ihnen, bevor er Sie anmelden kann.',
    },
    internal: {
      title: 'Hier ist etwas schiefgegangen',
      text: 'Das ist unser Fehler, nicht Ihrer. Versuchen Sie es noch einmal; bleibt es dabei, geben Sie die Kennung unten an Ihre Administration weiter.',
    },
    invalid_client: { title: 'Unbekannte Anwendung', text: 'Die Anwendung ist hier nicht bekannt.' },
    invalid_request: {
      title: 'Diese Anfrage ist nicht zu verstehen',
      text: 'Die Adresse oder das Formular war unvollständig. Beginnen Sie bitte von vorn.',
    },
    login_ended: {
      title: 'Sie haben sich inzwischen abgemeldet',
      text: 'Während Sie sich hier angemeldet haben, hat der Anmeldedienst Ihrer Organisation gemeldet, dass Sie sich dort abgemeldet haben. Es ist nichts verloren: Melden Sie sich einfach noch einmal an.',
    },
    login_expired: {
      title: 'Die Anmeldung hat zu lange gedauert',
      text: 'Die Seite des Anmeldedienstes Ihrer Organisation war zu lange offen. Es ist nichts verloren: Melden Sie sich einfach noch einmal an.',
    },
    login_required: { title: 'Bitte melden Sie sich an', text: 'Diese Seite ist für angemeldete Personen.' },
    method_not_allowed: {
      title: 'Das geht hier nicht',
      text: 'Die Seite gibt es, aber nicht für diese Art von Anfrage.',
    },
    not_configured: {
      title: 'Die Anmeldung ist noch nicht eingerichtet',
      text: 'Wer diesen Dienst betreibt, muss die Einstellungen noch vervollständigen. Das Protokoll nennt sie.',
    },
    not_found: { title: 'Diese Seite gibt es nicht', text: 'Bitte prüfen Sie die Adresse.' },
    payload_too_large: {
      title: 'Das ist zu viel',
      text: 'Die Anfrage ist größer als alles, was dieser Dienst braucht.',
    },
    provider_error: {
      title: 'Die Anmeldung hat nicht geklappt',
      text: 'Der Anmeldedienst Ihrer Organisation hat eine unbrauchbare Antwort gegeben. Versuchen Sie es noch einmal; bleibt es dabei, geben Sie die Kennung unten an Ihre Administration weiter.',
    },
    provider_unreachable: {
      title: 'Der Identitätsanbieter ist nicht erreichbar',
      text: 'Der Anmeldedienst Ihrer Organisation antwortet gerade nicht. Versuchen Sie es in einer Minute noch einmal. Wer schon angemeldet ist, bleibt angemeldet.',
    },
    rate_limited: { title: 'Zu viele Anfragen', text: 'Bitte versuchen Sie es in einer Minute noch einmal.' },
    state_unknown: {
      title: 'Bitte noch einmal von vorn',
      text: 'Diese Anmeldung war schon fertig, hat zu lange gedauert oder wurde in einem anderen Browser begonnen. Es ist nichts verloren: Melden Sie sich einfach noch einmal an. Kommt diese Seite wieder, erlauben Sie Cookies für diese Seite.',
    },
    store_unavailable: {
      title: 'Bitte gleich noch einmal',
      text: 'Dieser Dienst kann die Sitzungen gerade nicht nachschlagen. Sie wurden nicht abgemeldet.',
    },
    temporarily_unavailable: {
      title: 'Bitte gleich noch einmal',
      text: 'Wir konnten Ihre Anmeldung nicht rechtzeitig prüfen. Der Anmeldedienst Ihrer Organisation ist da, und Sie haben nichts falsch gemacht: Melden Sie sich einfach noch einmal an.',
    },
    token_invalid: {
      title: 'Die Anmeldung wurde abgelehnt',
      text: 'Die Antwort des Anmeldedienstes Ihrer Organisation hat unsere Prüfungen nicht bestanden. Versuchen Sie es noch einmal; bleibt es dabei, geben Sie die Kennung unten an Ihre Administration weiter.',
    },
  },
  setUpWrong: {
    title: 'Die Anmeldung ist nicht richtig eingerichtet',
    text: 'Der Anmeldedienst Ihrer Organisation ist nicht dort, wo die Einstellungen dieses Dienstes ihn suchen. Ein neuer Versuch hilft nicht: Geben Sie die Referenz unten Ihrer Administration.',
  },
  denials: {
    cancelled: {
      title: 'Sie haben nicht zugestimmt',
      text: 'Sie haben die Anmeldung abgebrochen oder dem nicht zugestimmt, was der Anmeldedienst Ihrer Organisation gefragt hat. Es hat sich nichts geändert. Wenn Sie hinein möchten, melden Sie sich einfach erneut an.',
    },
    not_allowed: {
      title: 'Sie werden hier nicht eingelassen',
      text: 'Der Anmeldedienst Ihrer Organisation lässt Ihr Konto für diesen Dienst nicht zu. Wenn Sie Zugang haben sollten, fragen Sie Ihre Administration, und nennen Sie ihr die Referenz unten.',
    },
  },
}
