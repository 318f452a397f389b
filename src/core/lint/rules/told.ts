/** What a finding of squawk is told as. */
export interface Told {
  readonly message: string
  readonly instead: string
}

/** @param instead what to write in its place. */
export const say = (message: string, instead: string): Told => ({ message, instead })
