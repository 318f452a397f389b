import { NselfError } from '../core/errors.ts'
import { type Location, withoutSecretsIn } from '../core/location.ts'
import { mapTexts } from '../core/map-texts.ts'
import type { Secrets } from '../core/redaction.ts'
import { messageOf } from '../core/system-error.ts'
import { systemRefusal } from '../core/system-refusal.ts'

/** What is thrown to a caller, who may print all of it: no password that is known is left in it. */
export function withoutSecrets(thrown: unknown, secrets: Secrets): unknown {
  const error = thrown instanceof NselfError ? thrown : (systemRefusal(thrown) ?? thrown)
  if (!(error instanceof NselfError)) return error
  const { code, message, hint, location, server, report, cause } = error
  for (const secret of location?.secrets ?? []) secrets.hide(secret)
  const shown = (text: string) => secrets.redact(text)
  const shownLocation = (place: Location) => withoutSecretsIn(place, shown)
  return new NselfError(code, namingOptions(shown(message)), {
    ...(hint === undefined ? {} : { hint: shown(code === 'not-confirmed' ? asOptions(hint) : hint) }),
    ...(location === undefined ? {} : { location: shownLocation(location) }),
    ...(server === undefined ? {} : { server: mapTexts(server, shown) }),
    ...(report === undefined ? {} : { report: mapTexts(report, shown) }),
    ...(cause === undefined ? {} : { cause: new Error(shown(messageOf(cause))) }),
  })
}

/** Where an answer was missing: the option that gives it, in place of the flag. */
function asOptions(hint: string): string {
  return hint.replace(/--confirm (\S+)/, "pass { confirm: '$1' }").replace(/add --yes/, 'pass { yes: true }')
}

/** Who calls has given an option, not the flag by which a message names it. */
function namingOptions(message: string): string {
  return message.replace(/^--(database|shadow)-url\b/, '$1Url').replace(/ \(--env\)$/, ' (environment)')
}
