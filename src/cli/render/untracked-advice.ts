import { counted } from '../../core/quantities.ts'

/** The way to take over a database that has tables and no history. @param migrations how many files there are. */
export function untrackedAdvice(migrations: number, untracked: number): string {
  const tables = counted(untracked, 'table')
  const adopt = `nself db adopt   (the database has ${tables} that nself does not track)`
  return migrations > 0 ? `${adopt}; if these migrations made them: nself db migrate repair --infer` : adopt
}
