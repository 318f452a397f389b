import { displayWidth } from '../../core/display-width.ts'

/** What the database holds must not steer the terminal. */
export function visible(text: string): string {
  return text.replace(/\p{Cc}/gu, (char) => JSON.stringify(char).slice(1, -1))
}

/** Rows of cells as lines, each column as wide as its widest cell; those in `right` stand to the right. */
export function aligned(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const shown = rows.map((row) => row.map(visible))
  const widths = (shown[0] ?? []).map((_, i) => Math.max(...shown.map((row) => displayWidth(row[i] ?? ''))))
  return shown.map((row) =>
    row
      .map((cell, i) => {
        const blanks = ' '.repeat((widths[i] ?? 0) - displayWidth(cell))
        return right.includes(i) ? blanks + cell : cell + blanks
      })
      .join('  ')
      .trimEnd(),
  )
}
