import { type CheckPart, checkParts } from './finding.ts'

/** What parts look at besides migrations, where that is wanted. */
export interface PartChoices {
  /** An environment or a URL, whose rows are asked. */
  readonly on: string | null
  /** A branch or a commit of git, into which the migrations are to be merged. */
  readonly base: string | null
}

/** Those of the parts that are told all that they look at. */
export function possibleParts({ on, base }: PartChoices): CheckPart[] {
  return checkParts.filter((part) => (part !== 'probe' || on !== null) && (part !== 'merge' || base !== null))
}
