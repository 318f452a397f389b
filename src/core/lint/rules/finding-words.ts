/** The words of a finding: what is the matter, and what to write in its place. */
export interface FindingWords {
  readonly message: string
  readonly instead: string
}

/** @param instead what to write in its place. */
export const say = (message: string, instead: string): FindingWords => ({ message, instead })
