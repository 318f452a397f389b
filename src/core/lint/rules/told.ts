/** What a finding of squawk is told as. */
export interface Told {
  readonly message: string
  readonly instead: string
}

export const say = (message: string, instead: string): Told => ({ message, instead })
