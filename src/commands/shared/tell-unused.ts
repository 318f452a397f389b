import type { State } from '../../core/migration/state.ts'
import { filesOf } from '../../core/plan/repeatables.ts'
import type { Context } from './context.ts'

/** Says which variables were set for a command although no file uses them: the name may be mistyped. */
export function tellUnused({ settings, tell }: Pick<Context, 'settings' | 'tell'>, state: State): void {
  const files = [...state.entries.flatMap(({ file }) => file ?? []), ...filesOf(state).map(({ file }) => file)]
  for (const name of settings.variables.unusedIn(files))
    tell(`Warning: no file uses the variable ${name}, which --set gives a value`)
}
