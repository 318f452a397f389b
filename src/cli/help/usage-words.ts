/** What commander says of a command line that it refuses, and how this tool says it. */
const said: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [/^option '(?:-\w, )?(--[\w-]+).*' argument missing$/, (option) => `${option} needs a value`],
  [/^required option '(--[\w-]+).*' not specified$/, (option) => `${option} is missing`],
  [/^missing required argument '(.*)'$/, (name = '') => `${name.toUpperCase()} is missing`],
  [
    /^too many arguments for '(.*)'\. Expected (\d+) arguments? but got (\d+)\.$/,
    (name, most, given) =>
      `${name} takes ${most === '0' ? 'no arguments' : `up to ${most} argument${most === '1' ? '' : 's'}`}, but got ${given}`,
  ],
  [/^(.*): Allowed choices are ([^,]*)\.$/, (place, choice) => `${place}: expected ${choice}`],
  [/^(.*): Allowed choices are (.*), ([^,]*)\.$/, (place, choices, last) => `${place}: expected ${choices} or ${last}`],
]

/** Why a command line is refused, from what commander says. */
export function usageWords(what: string): string {
  for (const [form, words] of said) {
    const found = form.exec(what)
    if (found !== null) return words(...found.slice(1))
  }
  return what
}
