import { NselfError } from '../errors.ts'
import { type MigrationStep, resumes, type Step } from './plan.ts'

/**
 * What is partially applied is resumed with the values with which it began.
 * @param values with which it would run now, `***` for secrets; null where it takes none.
 * @throws NselfError `refused` for another value of a variable that is no secret.
 */
export function refuseOtherValues(step: Step, values: Readonly<Record<string, string>> | null): void {
  if (step.kind !== 'migration' || step.direction !== 'up' || !resumes(step) || !hasBegun(step)) return
  const began = step.applied?.variables ?? {}
  const name = Object.keys(began).find((one) => values?.[one] !== undefined && values[one] !== began[one])
  if (name === undefined) return
  throw new NselfError(
    'refused',
    `${step.name} is partially applied with ${name} = ${began[name]}, and ${name} is ${values?.[name]} now`,
    {
      hint: `to resume it: set ${name} to ${began[name]} again, by --set or in the env file; to start over with the new value, remove what it did and forget it: nself db migrate repair --forget ${step.version}; nothing was run`,
    },
  )
}

const hasBegun = ({ applied }: MigrationStep) =>
  (applied?.statementsDone ?? 0) > 0 || (applied?.statementBegun ?? 0) > 0
