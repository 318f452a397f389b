import { passwordLiterals } from '../../core/password-literals.ts'

/** Passwords that this command knows, in every form in which they may stand in a text. */
const secrets = new Set<string>()
/** A shorter one would take ordinary words apart; what shows it is found by its place. */
const shortest = 4

/** Has a password taken out of everything that is printed from now on, as it is and as a URL writes it. */
export function hideSecret(secret: string | null | undefined): void {
  if (!secret || secret.length < shortest) return
  for (const form of [
    secret,
    encodeURIComponent(secret),
    secret.replaceAll("'", "''"),
    JSON.stringify(secret).slice(1, -1),
  ])
    secrets.add(form)
}

/**
 * Everything that is printed but results loses its passwords here: those that are known, those that SQL in the text
 * gives to a role, and those of URLs and settings.
 */
export function redact(text: string): string {
  let shown = text
  for (const secret of secrets) shown = shown.replaceAll(secret, '***')
  for (const literal of passwordLiterals(shown)) {
    // A short one may be a part of any word: it is taken out only where it is quoted.
    if (literal.length >= shortest) shown = shown.replaceAll(literal, '***')
    else shown = shown.replaceAll(`'${literal}'`, "'***'").replaceAll(`$${literal}$`, '$***$')
  }
  return shown
    .replace(/([a-z][a-z0-9+.-]*:\/\/[^:@\s/]*):[^\s"']*@/gi, '$1:***@')
    .replace(/(password["']?\s*[=:]\s*)(?!['*])[^\s,;]+/gi, '$1***')
}
