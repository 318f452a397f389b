/** What is there for a reason that the types cannot see: found, counted or looked for just before. @throws a bug where it is not. */
export function certain<T>(value: T | null | undefined): T {
  if (value === undefined || value === null) throw new Error('something that must exist is missing')
  return value
}
