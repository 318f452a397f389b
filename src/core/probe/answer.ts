/** What the rows of a database say to a question. */
export type Answer =
  | { readonly kind: 'fine' }
  /** Rows, or values, that would break it: `count` is one more than are counted where there are more. */
  | {
      readonly kind: 'broken'
      readonly count: number
      readonly examples: readonly string[]
      readonly where?: string /** What may keep them from it. */
      readonly mayChange?: string
    }
  /** The server cannot compute it for some row, or at all; without the value. */
  | { readonly kind: 'fails'; readonly message: string; readonly examples: readonly string[] }
  | { readonly kind: 'unanswered'; readonly why: string }

export const fine: Answer = { kind: 'fine' }

/** The answer where the server could not be asked, and why. */
export function unanswered(why: string): Answer {
  return { kind: 'unanswered', why }
}
