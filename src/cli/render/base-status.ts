import type { BaseStatus } from '../../commands/shared/migrate-results.ts'
import { fold } from './fold.ts'
import type { Paint } from './paint.ts'

/** How the files go together with those of a branch. */
export function baseLines(
  { ref, onlyHere, onlyThere, contradictions }: BaseStatus,
  paint: Paint,
  width: number,
): string[] {
  const lines = [
    ...(onlyHere.length > 0 ? [`New here: ${onlyHere.join(', ')}`] : []),
    ...(onlyThere.length > 0 ? [`Only on ${ref}: ${onlyThere.join(', ')}`] : []),
  ]
  const wrong = contradictions.map(({ name, message }) => paint.red(fold(`${name}: ${message}`, width)))
  const proof = onlyHere.length > 0 && onlyThere.length > 0 ? [`Next: nself db check --base ${ref} --only merge`] : []
  if (lines.length + wrong.length === 0) return ['', `The migrations are those of ${ref}`]
  return ['', paint.bold(`Compared with ${ref}`), ...lines.map((line) => fold(line, width)), ...wrong, ...proof]
}
