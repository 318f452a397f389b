import { NselfError } from '../errors.ts'
import { DoneChecksum } from '../migration/checksum.ts'
import type { Applied, Migration } from '../migration/migration.ts'
import type { Section } from '../migration/section.ts'
import { holdSection } from '../migration/section-text.ts'
import type { Entry } from '../migration/state.ts'
import type { Repair } from './repair.ts'

/** Whether nobody can tell if the statement that was begun last was completed. */
export function isUnknown(applied: Applied): boolean {
  return applied.state !== 'applied' && applied.statementBegun > applied.statementsDone
}

/** Whether the file is another one in the statements that an attempt has done: it cannot be resumed from there. */
export function isDoneEdited(file: Migration, { state, statementsDone, doneChecksum }: Applied): boolean {
  const section = state === 'reverting' ? file.down : file.up
  return statementsDone > 0 && section !== null && checksumOfFirst(section, statementsDone) !== doneChecksum
}

/** The statement of unknown outcome counts as not done. */
export function statementAgain({ version, name, applied }: Entry): Repair {
  const what = `let up run statement ${applied?.statementBegun} of ${name} again`
  return { kind: 'statement-again', version, name: applied?.name ?? name, what }
}

/** The statement of unknown outcome counts as done; the next run resumes after it. */
export function statementDone({ version, name }: Entry, file: Migration, applied: Applied): Repair {
  const section = applied.state === 'reverting' ? file.down : file.up
  const doneChecksum = section === null ? '' : checksumOfFirst(section, applied.statementBegun)
  const what = `record statement ${applied.statementBegun} of ${name} as done`
  return { kind: 'statement-done', version, name: applied.name, doneChecksum, what }
}

function checksumOfFirst(section: Section, count: number): string {
  const text = holdSection(section)
  if (!text.isUnchanged()) {
    throw new NselfError('conflict', 'the file changed while it was read', {
      hint: 'run the command again; nothing was changed',
    })
  }
  const checksum = new DoneChecksum()
  for (let i = 0; i < count; i++) {
    const statement = section.statements.at(i)
    if (statement !== undefined) checksum.add(text.sql(statement))
  }
  return checksum.hex()
}
