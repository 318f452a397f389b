import { processEnvironment } from '../project/process-environment.ts'

const plain: Readonly<Record<string, string>> = {
  '✓': 'v',
  '✗': 'x',
  '─': '-',
  '·': '-',
  '→': '->',
  '…': '...',
  '⚠': '!',
  // Those of questions.
  '✔': 'v',
  '✖': 'x',
  '›': '>',
  '❯': '>',
  '◉': '*',
  '◯': 'o',
}

/** What is cut where something stands below or beside it takes one column, as it did. */
const cutInColumns = /(?<=\d \| )…|…(?= {2})/g

/** A text with signs that the terminal can show: without UTF-8 they are letters. A locale that is not set is taken for UTF-8. */
export function fitting(text: string): string {
  const { LC_ALL, LC_CTYPE, LANG } = processEnvironment
  const locale = LC_ALL || LC_CTYPE || LANG || 'UTF-8'
  if (/utf-?8/i.test(locale)) return text
  return text.replace(cutInColumns, '~').replace(/[✓✗─·→…⚠✔✖›❯◉◯]/g, (sign) => plain[sign] ?? sign)
}
