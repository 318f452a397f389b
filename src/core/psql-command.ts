/** What reads commands from elsewhere, runs programs, or fills variables whose text is then read as commands. */
const beyond = /\\(?:i|ir|include|include_relative|!|e|edit|ef|ev|gset|prompt|getenv|setenv)(?![a-z_])/
/** A \connect with more than the plain name of a database. */
const elsewhere = /\\(?:c|connect)(?![a-z_])(?!\s*(?:[\w-]+\s*)?(?:$|\\\\))/
/** A variable that could hold a command: its value is put together, or has a backslash. */
const variable = /\\set(?![a-z_])[^\n]*?\s[^\n]*[\\:`]/
const program = /\\\w+[^\n]*(?:`|\s\|)|\\copy\b[^\n]*\bprogram\b/i

/**
 * Whether a line of psql's input could take the session to another connection than the one it has. It is judged by its
 * backslashes alone, in quotes too: where the quotes of many lines begin and end is psql's to know.
 */
export function leavesConnection(line: string): boolean {
  return [beyond, elsewhere, variable, program].some((pattern) => pattern.test(line))
}
