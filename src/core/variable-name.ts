const plain = /^[A-Za-z_][A-Za-z0-9_]*$/
const telling = /pass|pwd|secret|token|key|credential|private|salt/i

/** Whether a variable of a migration can have this name. An environment variable can end in it. */
export function isVariableName(text: string): boolean {
  return plain.test(text)
}

/** Whether what has this name is to be shown and kept nowhere. */
export function saysSecret(name: string): boolean {
  return telling.test(name)
}
