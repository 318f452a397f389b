/** Without colour, and with each colour as a tag. */
export const plain = { red: String, green: String, yellow: String, cyan: String, bold: String, dim: String }
const paint = (letter: string) => (text: string) => `<${letter}>${text}</${letter}>`
export const painted = {
  red: paint('r'),
  green: paint('g'),
  yellow: paint('y'),
  cyan: paint('c'),
  bold: paint('b'),
  dim: paint('d'),
}
