import { stripVTControlCharacters } from 'node:util'
import { expect } from 'vitest'
import type { Terminal } from './cli.ts'
import type { Project } from './project.ts'

/** Looks at the screen while others use the database: the question is the last line, and nothing is written after it. */
export async function standsStill(project: Project, terminal: Terminal, question: string) {
  await terminal.shows(question)
  // Commands of their own, for as long as a spinner needs to come back.
  const another = () => project.nself('db', 'migrate', 'status')
  await another()
  const before = terminal.received()
  for (let i = 0; i < 4; i++) await another()
  expect(terminal.received().slice(before.length)).toBe('')
  expect(lastParagraph(before)).toContain(question)
}

/** What stands at the bottom of the screen: a question may have several lines, or a line for each option. */
function lastParagraph(received: string): string {
  const lines = stripVTControlCharacters(received).split(/\r?\n|\r/)
  return lines
    .filter((line) => line.trim() !== '')
    .slice(-4)
    .join('\n')
}
