/** To a tenth of a pixel: enough to look at, and short in the file. */
export const round = (n: number): number => Math.round(n * 10) / 10

/** Text inside XML, and of what XML has no characters for, a sign. */
export function escaped(text: string): string {
  return text
    .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
    .replace(/[^\P{Cc}\n\t]|[\uD800-\uDFFF\uFFFE\uFFFF]/gu, '\uFFFD')
}
