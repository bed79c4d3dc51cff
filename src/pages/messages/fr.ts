/**
 * Every sentence that people read, in French.
 */
import { nameOf } from '../../config/names.ts'
import type { Messages } from './en.ts'
import { people } from './people/fr.ts'

export const fr: Messages = {
  signIn: 'Se connecter',
  chooseProvider: 'Avec quel compte voulez-vous vous connecter ?',
  signInOtherwise: 'Se connecter autrement',
  signInWithProConnect: 'S’identifier avec ProConnect',
  whatIsProConnect: 'Qu’est-ce que ProConnect ?',
  signOut: 'Se déconnecter',
  signInAgain: 'Se connecter à nouveau',
  toStart: 'Page d’accueil',
  cancel: 'Annuler',
  support: 'Aide',
  imprint: 'Mentions légales',
  notSignedIn: 'Vous n’êtes pas connecté',
  signedOut: 'Vous êtes déconnecté',
  signedOutHint: 'Vous vous connectez avec le compte de votre organisation. Aucun mot de passe n’est conservé ici.',
  signedInAs: (name) => `Bonjour, ${name}`,
  unnamed: 'et bienvenue',
  signedInHint: 'Vous êtes connecté. Vous pouvez fermer cette page.',
  signOutQuestion: 'Se déconnecter ?',
  signOutHint: 'Vous serez déconnecté ici et auprès du service de connexion de votre organisation.',
  signOutEverywhere: 'Se déconnecter de tous les appareils',
  signOutEverywhereQuestion: 'Se déconnecter de tous les appareils ?',
  signOutEverywhereHint: 'Tous les navigateurs dans lesquels vous êtes connecté ici seront déconnectés.',
  signOutAtProviderHint: 'Il reste à vous déconnecter du service de connexion de votre organisation.',
  signedOutHere: 'Vous êtes déconnecté ici',
  signedOutHereHint:
    'Le service de connexion de votre organisation ne répond pas pour le moment ; vous y êtes peut-être encore connecté. Sur un ordinateur partagé, fermez le navigateur, ou reconnectez-vous plus tard pour vous déconnecter.',
  goOn: 'Continuer',
  missingClaims: (names) =>
    `Pour votre administrateur : il manque les claims ${names}. Le journal indique, sous la référence ci-dessous, quel scope ou quel mapper les fournit.`,
  diagnosis: {
    title: 'Diagnostic',
    wellTitle: 'Rien d’anormal n’est visible d’ici',
    failedTitle: (count) =>
      count === 1 ? 'Un point demande votre attention' : `${count} points demandent votre attention`,
    lookedAt: (time) => `Vu par Gatehouse, de là où il s’exécute, le ${time} UTC. Les lignes sont en anglais.`,
    again: 'Vérifier à nouveau',
    fix: 'Que faire :',
    results: { pass: 'Bon', fail: 'Erreur', 'cannot tell': 'Indéterminé' },
    notAdministratorTitle: 'Réservé aux administrateurs',
    notAdministratorText: `Vous êtes connecté, mais pas comme administrateur de Gatehouse. Son exploitant peut vous donner ce rôle en ajoutant ceci à ${nameOf('administrators')} :`,
  },
  people,
  reference: (reference) => `Référence : ${reference}`,
  failures: {
    access_denied: {
      title: 'Vous n’avez pas été connecté',
      text: 'La connexion a été annulée, ou votre organisation n’autorise pas ce compte. Si vous n’avez rien annulé, adressez-vous à votre administrateur.',
    },
    account_disabled: {
      title: 'Votre compte ici est désactivé',
      text: 'Vous vous êtes identifié, mais votre compte dans ce service a été désactivé. Si vous pensez que c’est une erreur, transmettez la référence ci-dessous à votre administrateur.',
    },
    account_not_allowed: {
      title: 'Ce compte n’est pas admis ici',
      text: 'Vous vous êtes identifié, mais ce service n’admet que certaines personnes, et ce compte n’en fait pas partie. Si vous avez un autre compte, connectez-vous avec celui-là ; sinon, transmettez la référence ci-dessous à votre administrateur.',
    },
    account_unknown: {
      title: 'Vous n’avez pas de compte ici',
      text: 'Vous vous êtes identifié, mais ce service n’a pas de compte pour vous et n’en crée pas lui-même. Si vous avez un autre compte dans votre organisation, connectez-vous avec celui-là ; sinon, demandez un compte à votre administrateur.',
    },
    authentication_too_weak: {
      title: 'Une preuve plus forte est nécessaire',
      text: 'Cette page demande une connexion plus forte ou plus récente que celle fournie par le service de connexion de votre organisation. Réessayez : connectez-vous à nouveau là-bas, avec le second facteur de votre organisation.',
    },
    claims_missing: {
      title: 'Il manque une information à votre compte',
      text: 'Le service de connexion de votre organisation n’a pas fourni assez d’informations sur votre compte. Transmettez la référence ci-dessous à votre administrateur.',
    },
    clock_skew: {
      title: 'Les horloges ne concordent pas',
      text: 'Le service de connexion de votre organisation et ce service ne sont pas à la même heure. Réessayez ; si cela persiste, transmettez la référence ci-dessous à votre administrateur.',
    },
    conflict: { title: 'Cela existe déjà', text: 'Rien n’a été modifié.' },
    csrf_refused: {
      title: 'Appuyez vous-même sur le bouton',
      text: 'Cette demande ne vient pas de notre propre page ; rien n’a été fait.',
    },
    email_conflict: {
      title: 'Nous ne savons pas quel compte est le vôtre',
      text: 'Vous n’avez pas été connecté. Seul votre administrateur peut y remédier : transmettez-lui la référence ci-dessous.',
    },
    interaction_required: {
      title: 'Connectez-vous vous-même',
      text: 'Le service de connexion de votre organisation a besoin d’une action de votre part avant de vous connecter.',
    },
    internal: {
      title: 'Une erreur est survenue ici',
      text: 'C’est notre faute, pas la vôtre. Réessayez ; si cela persiste, transmettez la référence ci-dessous à votre administrateur.',
    },
    invalid_client: { title: 'Application inconnue', text: 'Cette application n’est pas connue ici.' },
    invalid_request: {
      title: 'Cette demande n’est pas compréhensible',
      text: 'L’adresse ou le formulaire était incomplet. Recommencez depuis le début.',
    },
    login_ended: {
      title: 'Vous vous êtes déconnecté entre-temps',
      text: 'Pendant que vous vous connectiez ici, le service de connexion de votre organisation a signalé que vous vous y étiez déconnecté. Rien n’est perdu : connectez-vous simplement à nouveau.',
    },
    login_expired: {
      title: 'La connexion a pris trop de temps',
      text: 'La page du service de connexion de votre organisation est restée ouverte trop longtemps. Rien n’est perdu : connectez-vous à nouveau.',
    },
    login_required: { title: 'Veuillez vous connecter', text: 'Cette page est réservée aux personnes connectées.' },
    method_not_allowed: { title: 'Impossible ici', text: 'La page existe, mais pas pour ce type de demande.' },
    not_configured: {
      title: 'La connexion n’est pas encore configurée',
      text: 'L’exploitant de ce service doit encore compléter ses réglages. Le journal indique lesquels.',
    },
    not_found: { title: 'Cette page n’existe pas', text: 'Vérifiez l’adresse.' },
    payload_too_large: { title: 'C’est trop', text: 'La demande dépasse tout ce dont ce service a besoin.' },
    provider_error: {
      title: 'La connexion n’a pas fonctionné',
      text: 'Le service de connexion de votre organisation a donné une réponse inutilisable. Réessayez ; si cela persiste, transmettez la référence ci-dessous à votre administrateur.',
    },
    provider_unreachable: {
      title: 'Le fournisseur d’identité est injoignable',
      text: 'Le service de connexion de votre organisation ne répond pas pour le moment. Réessayez dans une minute. Les personnes déjà connectées le restent.',
    },
    rate_limited: { title: 'Trop de demandes', text: 'Veuillez réessayer dans une minute.' },
    state_unknown: {
      title: 'Veuillez recommencer',
      text: 'Cette connexion était déjà terminée, a pris trop de temps, ou a été commencée dans un autre navigateur. Rien n’est perdu : connectez-vous à nouveau. Si cette page revient, autorisez les cookies pour ce site.',
    },
    store_unavailable: {
      title: 'Réessayez dans un instant',
      text: 'Ce service ne peut pas consulter les sessions pour le moment. Vous n’avez pas été déconnecté.',
    },
    temporarily_unavailable: {
      title: 'Réessayez dans un instant',
      text: 'Nous n’avons pas pu vérifier votre connexion à temps. Le service de connexion de votre organisation est là, et vous n’avez rien fait de mal : connectez-vous à nouveau.',
    },
    token_invalid: {
      title: 'La connexion a été refusée',
      text: 'La réponse du service de connexion de votre organisation n’a pas passé nos contrôles. Réessayez ; si cela persiste, transmettez la référence ci-dessous à votre administrateur.',
    },
  },
  setUpWrong: {
    title: 'La connexion n’est pas configurée correctement',
    text: 'Le service de connexion de votre organisation ne se trouve pas là où l’indique la configuration de ce service. Réessayer n’y changera rien : transmettez la référence ci-dessous à votre administrateur.',
  },
  denials: {
    cancelled: {
      title: 'Vous n’avez pas donné votre accord',
      text: 'Vous avez annulé la connexion, ou refusé ce que le service de connexion de votre organisation vous demandait. Rien n’a changé. Pour entrer, il suffit de vous connecter à nouveau.',
    },
    not_allowed: {
      title: 'Vous n’avez pas accès à ce service',
      text: 'Le service de connexion de votre organisation n’autorise pas votre compte à utiliser ce service. Si vous devriez y avoir accès, adressez-vous à votre administrateur en lui indiquant la référence ci-dessous.',
    },
  },
}
