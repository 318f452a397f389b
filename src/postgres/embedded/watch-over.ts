import { spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Waits until its stdin ends, which the system sees to whatever ends our process. Then, unless somebody else who is alive
 * uses the cluster, it asks the postmaster to end at once. The folder's name in its arguments tells it from a process that
 * was given its number since.
 */
const script = `while read -r _; do :; done
sleep 1
rm -f "$2/$3"
for user in "$2"/*; do kill -0 "\${user##*/}" 2>/dev/null && exit 0; done
read -r pid <"$1/postmaster.pid" || exit 0
args=$(tr '\\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null || ps -p "$pid" -o args= 2>/dev/null)
case $args in *"$1"*) kill -INT "$pid";; esac`

/**
 * Has a cluster stopped when this process is killed: nobody else would. Returns what ends the watch.
 * @param data the cluster's folder; `users` a folder with a file for each process that uses it.
 */
export function watchOver(data: string, users: string): () => void {
  mkdirSync(users, { recursive: true })
  const own = String(process.pid)
  writeFileSync(join(users, own), '')
  const leave = () => rmSync(join(users, own), { force: true })
  // There the next command that replays stops it.
  if (process.platform === 'win32') return leave
  const watch = spawn('/bin/sh', ['-c', script, 'nself watch', data, users, own], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watch.on('error', () => {})
  watch.unref()
  return () => {
    watch.kill()
    leave()
  }
}
