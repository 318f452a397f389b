import type { Context } from '../commands/shared/context.ts'
import { Secrets } from '../core/redaction.ts'
import { passwordsOf } from '../project/known-passwords.ts'
import { processEnvironment } from '../project/process-environment.ts'
import { loadOtherSettings, loadSettings, type Settings } from '../project/settings.ts'
import type { GuardAnswers, OpenSettings } from './nself.ts'
import { type OptionKinds, refuseUnfit } from './options.ts'
import { withoutSecrets } from './redacted-error.ts'

/** A project whose settings are read. What is in it belongs to it alone: another one can be open beside it. */
export interface Opened {
  readonly settings: Settings
  readonly settingsOf: Context['settingsOf']
  readonly secrets: Secrets
  readonly tell: (sentence: string) => void
}

const known: OptionKinds<OpenSettings> = {
  cwd: 'text',
  environment: 'text',
  databaseUrl: 'text',
  shadowUrl: 'text',
  env: 'variables',
  onMessage: 'listener',
}

/** @throws NselfError `configuration`, `usage`. */
export function openProject(options: OpenSettings): Opened {
  refuseUnfit('open()', known, options)
  const { environment, databaseUrl, shadowUrl, onMessage = () => {} } = options
  // As they are now: who changes them later means another call.
  const env = { ...(options.env ?? processEnvironment) }
  const cwd = options.cwd ?? process.cwd()
  const flags = { flagEnvironment: environment, flagUrl: databaseUrl, flagShadowUrl: shadowUrl }
  // Who calls a library undoes by other means: nothing is copied unasked.
  const secrets = new Secrets()
  const onSecret = (secret: string) => secrets.hide(secret)
  const settings = { ...settingsFor({ cwd, env, onSecret, ...flags }, secrets), keepsUndoCopies: false }
  for (const password of passwordsOf(settings)) secrets.hide(password)
  const tell = (sentence: string) => onMessage(secrets.redact(sentence))
  for (const warning of settings.warnings) tell(`Warning: ${warning}`)
  return { settings, settingsOf: (other, url) => loadOtherSettings({ cwd, env, onSecret }, other, url), secrets, tell }
}

/** @throws NselfError `configuration`, which knows no password and names options, not flags. */
function settingsFor(place: Parameters<typeof loadSettings>[0], secrets: Secrets): Settings {
  try {
    return loadSettings(place)
  } catch (error) {
    throw withoutSecrets(error, secrets)
  }
}

/** Where there is nobody to ask, and nothing that moves on a screen. */
export function contextIn(
  { settings, settingsOf, tell }: Opened,
  { yes, confirm, signal }: GuardAnswers & { readonly signal?: AbortSignal },
): Context {
  return {
    settings,
    settingsOf,
    answers: { yes: yes === true, confirm },
    ask: null,
    choose: null,
    signal: signal ?? new AbortController().signal,
    handOver: (work) => work(),
    tell,
    progress: () => {},
    now: () => Date.now(),
  }
}
