import type { State } from '../../core/migration/state.ts'
import { filesOf } from '../../core/plan/repeatables.ts'
import type { Context } from './context.ts'

/** Says which names may be mistyped: variables that no file uses, and repeatables that are to run again and have no file. */
export function tellUnknownNames({ settings, tell }: Pick<Context, 'settings' | 'tell'>, state: State): void {
  const files = [...state.entries.flatMap(({ file }) => file ?? []), ...filesOf(state).map(({ file }) => file)]
  for (const name of settings.variables.unusedIn(files))
    tell(`Warning: no file uses the variable ${name}, which --set gives a value`)
  const repeatables = new Set(state.repeatables.map(({ name }) => name))
  for (const { file, applied } of state.entries) {
    for (const name of applied === null ? (file?.reruns ?? []) : []) {
      if (!repeatables.has(name))
        tell(`Warning: ${file?.path} says -- nself: rerun ${name}, and no repeatable has that name`)
    }
  }
}
