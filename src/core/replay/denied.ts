/** What a replay may not do, the real run may. */
const denied = new Set(['42501', '55000', '0A000'])

/** A function that catches the refusal and raises it again, as those of extensions do, gives it another SQLSTATE. */
const raisedAgain = /\b(?:permission denied for|must be (?:owner of|superuser))\b/

/** What to do where a replay failed because it has fewer rights than the real run; null for any other failure. */
export function deniedHint(sqlstate: string | undefined, message: string): string | null {
  if (!denied.has(sqlstate ?? '') && !raisedAgain.test(message)) return null
  return 'a replay has no rights of a superuser and none outside its own database; on a server that is only for replays it may have them: --shadow-url postgresql://user:password@host:5432/postgres'
}
