import { passwordLiterals } from './password-literals.ts'

/** A shorter one would take ordinary words apart; what shows it is found by its place. */
const shortest = 4
/** From this length on a line of a secret says something of it. */
const lineLength = 8

/** Passwords that are known, in every form in which they may stand in a text. */
export class Secrets {
  private readonly forms = new Set<string>()

  /** Has a password taken out of every text from now on, as it is and as a URL or SQL writes it, and each line of a long one. */
  hide(secret: string | null | undefined): void {
    if (!secret || secret.length < shortest) return
    const lines = secret.split(/\r?\n/).filter((line) => line.length >= lineLength)
    if (secret.includes('\n')) for (const line of lines) this.hide(line)
    for (const form of [
      secret,
      encodeURIComponent(secret),
      secret.replaceAll("'", "''"),
      secret.replaceAll("'", "''").replaceAll('\\', '\\\\'),
      secret.replaceAll('"', '""'),
      JSON.stringify(secret).slice(1, -1),
    ])
      this.forms.add(form)
  }

  /** A text without those that are known, those that SQL in it gives to a role, and those of URLs and settings. */
  redact(text: string): string {
    let shown = text
    for (const secret of this.forms) shown = shown.replaceAll(secret, '***')
    for (const literal of passwordLiterals(shown)) {
      // A short one may be a part of any word: it is taken out only where it is quoted.
      if (literal.length >= shortest) shown = shown.replaceAll(literal, '***')
      else shown = shown.replaceAll(`'${literal}'`, "'***'").replaceAll(`$${literal}$`, '$***$')
    }
    return shown
      .replace(/([a-z][a-z0-9+.-]*:\/\/[^:@\s/]*):[^\s"']*@/gi, '$1:***@')
      .replace(/(password["']?\s*[=:]\s*)(?!['*])[^\s,;]+/gi, '$1***')
  }
}
