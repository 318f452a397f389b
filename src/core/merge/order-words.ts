import type { Difference } from '../schema/differences.ts'

/**
 * How two orders differ in what they make.
 * @param difference left is what comes of the other branch's migrations first, right of those from here first.
 */
export function orderInWords({ sign, kind, name, traits }: Difference, ref: string): string {
  if (sign === '+') return `${kind} ${name} is there only if those of ${ref} come first`
  if (sign === '-') return `${kind} ${name} is there only if yours come first`
  const what = traits.map(({ trait, left, right }) =>
    isShort(left) && isShort(right)
      ? `${trait} is ${left} if those of ${ref} come first, ${right} if yours do`
      : `${trait} differs`,
  )
  return `${kind} ${name}: ${what.join('; ')}`
}

const isShort = (text: string | null): boolean => text !== null && text.length <= 60 && !text.includes('\n')
