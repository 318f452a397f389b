import { passwordLiterals } from './password-literals.ts'

/** A shorter one would take ordinary words apart: it is taken out only where it stands alone between quotes or brackets. */
const shortest = 4
const around = [
  ["'", "'"],
  ['"', '"'],
  ['$', '$'],
  ['(', ')'],
] as const
/** From this length on a line of a secret says something of it. */
const lineLength = 8

/** Passwords that are known, in every form in which they may stand in a text. */
export class Secrets {
  /** What is taken out, and what stands in its place. */
  private readonly forms = new Map<string, string>()

  /** Has a password taken out of every text from now on, as it is and as a URL or SQL writes it, and each line of a long one. */
  hide(secret: string | null | undefined): void {
    if (!secret) return
    if (secret.length < shortest) return this.hideShort(secret)
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
      this.forms.set(form, '***')
  }

  private hideShort(secret: string): void {
    for (const [before, after] of around) this.forms.set(`${before}${secret}${after}`, `${before}***${after}`)
  }

  /** A text without those that are known, those that SQL in it gives to a role, and those of URLs and settings. */
  redact(text: string): string {
    let shown = text
    for (const [form, mark] of this.forms) shown = shown.replaceAll(form, () => mark)
    for (const literal of passwordLiterals(shown)) {
      // A short one may be a part of any word: it is taken out only where it is quoted.
      if (literal.length >= shortest) shown = shown.replaceAll(literal, '***')
      else shown = shown.replaceAll(`'${literal}'`, "'***'").replaceAll(`$${literal}$`, '$***$')
    }
    // Hints show how a URL is written: postgresql://user:password@host:5432/database.
    return shown
      .replace(/([a-z][a-z0-9+.-]*:\/\/[^:@\s/]*):(?!password@host:5432\/\w)[^\s"']*@/gi, '$1:***@')
      .replace(/(password["']?\s*[=:]\s*)(?!['*])[^\s,;]+/gi, '$1***')
  }
}
