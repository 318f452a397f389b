import { Secrets } from '../../core/redaction.ts'

/** Passwords that this command knows. */
const secrets = new Secrets()

/** Has a password taken out of everything that is printed from now on, as it is and as a URL writes it. */
export function hideSecret(secret: string | null | undefined): void {
  secrets.hide(secret)
}

/**
 * Everything that is printed but results loses its passwords here: those that are known, those that SQL in the text
 * gives to a role, and those of URLs and settings.
 */
export function redact(text: string): string {
  return secrets.redact(text)
}
