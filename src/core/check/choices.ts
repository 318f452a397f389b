import { type CheckPart, checkParts } from './finding.ts'

/** What parts look at besides migrations, where that is wanted. */
export interface PartChoices {
  /** An environment or a URL, whose rows are asked. */
  readonly on: string | null
}

/** Those of the parts that are told all that they look at. */
export function possibleParts({ on }: PartChoices): CheckPart[] {
  return checkParts.filter((part) => part !== 'probe' || on !== null)
}
