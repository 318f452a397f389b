import { Secrets } from '../redaction.ts'
import { saysSecret } from '../variable-name.ts'
import { fillSection } from './fill-section.ts'
import type { Migration } from './migration.ts'
import type { Section } from './section.ts'

/** What stands for a value that is kept nowhere. */
const hidden = '***'

type LookUp = (name: string) => string | null

/** The values that a command may fill into migrations. A section is filled in once, so that it is parsed once too. */
export class VariableValues {
  /** Changes with any of the values; empty where there are none. */
  readonly key: string
  private readonly typed: readonly string[]
  private readonly lookUp: LookUp
  private readonly secrets = new Secrets()
  private readonly filled = new WeakMap<Section, Section>()

  /**
   * @param lookUp null for what is not set.
   * @param secretValues values whose names say that they are secret.
   * @param typed the names that were given on the command line.
   */
  constructor(lookUp: LookUp, secretValues: readonly string[] = [], key = '', typed: readonly string[] = []) {
    this.lookUp = lookUp
    this.key = key
    this.typed = typed
    for (const value of secretValues) this.secrets.hide(value)
  }

  /** A section as it runs. @throws NselfError `usage` for a variable without a value, or with one that does not fit. */
  fill(section: Section, path: string): Section {
    const known = this.filled.get(section)
    if (known !== undefined) return known
    const filled = filledBy(section, path, this.lookUpFor(section))
    this.filled.set(section, filled)
    return filled
  }

  /** A section as it could run, to be parsed: what is not set has some value. */
  standIn(section: Section, path: string): Section {
    const lookUp = this.lookUpFor(section)
    const isSet = section.kind === 'streamed' || section.uses.every(({ name }) => lookUp(name) !== null)
    return isSet ? this.fill(section, path) : filledBy(section, path, (name) => lookUp(name) ?? name)
  }

  /** A section as it may be shown. */
  show(section: Section, path: string): Section {
    const lookUp = this.lookUpFor(section)
    return filledBy(section, path, (name) => {
      const value = lookUp(name)
      return value !== null && saysSecret(name) ? hidden : value
    })
  }

  /**
   * A migration filled in, as it is replayed.
   * @param recorded the values with which it was applied; what of them is secret is taken as it is set now, where it is.
   * @throws NselfError as fill. Its DOWN may have variables that are not set.
   */
  fillFile(file: Migration, recorded: Readonly<Record<string, string>> | null = null): Migration {
    const { up, down, path } = file
    if (!isOpen(up) && (down === null || !isOpen(down))) return file
    const lookUp = (name: string) => recordedValue(recorded, name) ?? this.lookUp(name) ?? recorded?.[name] ?? null
    const filled = down === null ? null : filledBy(down, path, (name) => lookUp(name) ?? name)
    return { ...file, up: filledBy(up, path, lookUp), down: filled?.kind === 'held' ? filled : down }
  }

  /** What was typed for a command, and none of these files has a use for. */
  unusedIn(files: readonly Migration[]): string[] {
    if (this.typed.length === 0) return []
    const sections = files.flatMap(({ up, down }) => [up, ...(down === null ? [] : [down])])
    const used = new Set(sections.flatMap((one) => (one.kind === 'held' ? one.uses.map(({ name }) => name) : [])))
    return [...new Set(this.typed)].filter((name) => !used.has(name))
  }

  /** A text to be kept, without the values that are secret. */
  redact(text: string): string {
    return this.secrets.redact(text)
  }

  /** What ran takes the values with which it ran; those that were not kept, and those of anything else, are set. */
  private lookUpFor(section: Section): LookUp {
    const recorded = section.kind === 'held' ? section.recorded : null
    return (name) => recordedValue(recorded, name) ?? this.lookUp(name)
  }
}

/** A value that was kept when it was filled in. */
function recordedValue(recorded: Readonly<Record<string, string>> | null | undefined, name: string): string | null {
  return saysSecret(name) ? null : (recorded?.[name] ?? null)
}

/** Where everything that is to run is filled in already. */
export const noVariables = new VariableValues(() => null)

/** Whether there is something to be filled in. */
function isOpen(section: Section): boolean {
  return section.kind === 'held' && section.uses.length > 0 && section.written === undefined
}

function filledBy(section: Section, path: string, lookUp: LookUp): Section {
  return section.kind === 'held' && isOpen(section) ? fillSection(section, path, lookUp) : section
}
