const lineOfTerminator = Buffer.from('\n\\.')

/** Where the line begins in whole lines of COPY data that ends them; their length where none does. */
export function endOfData(bytes: Buffer): number {
  if (isTerminator(bytes, 0)) return 0
  for (let at = bytes.indexOf(lineOfTerminator); at !== -1; at = bytes.indexOf(lineOfTerminator, at + 1)) {
    if (isTerminator(bytes, at + 1)) return at + 1
  }
  return bytes.length
}

/** As psql takes a line for the end; at the end of the text it is the server that takes it. */
function isTerminator(bytes: Buffer, at: number): boolean {
  return /^\\\.(?:\r?\n|$)/.test(bytes.toString('latin1', at, at + 4))
}
