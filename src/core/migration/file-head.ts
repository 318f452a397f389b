/**
 * The lines with which a written file begins: what it is, and since when. Never the bare name: a migration called `down`
 * would begin with a marker.
 * @param now 14 digits, as a timestamp of a file name.
 */
export function fileHead(name: string, now: string): string[] {
  return [`Migration: ${name}`, `Created: ${now.slice(0, 4)}-${now.slice(4, 6)}-${now.slice(6, 8)}`]
}
