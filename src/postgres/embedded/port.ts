import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { NselfError } from '../../core/errors.ts'

// Below the range from which systems take the ports of outgoing connections.
const [lowest, highest] = [20_000, 30_000]

/** Whether a server could listen on this port of 127.0.0.1 now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}

/**
 * A port on which nobody listens now.
 * @throws NselfError `server-failed` when none is found, as in a system without a loopback address.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = randomInt(lowest, highest)
    if (await isFree(port)) return port
  }
  throw new NselfError('server-failed', `no free port was found on 127.0.0.1 between ${lowest} and ${highest}`, {
    hint: 'check that the address 127.0.0.1 works on this machine, or set DATABASE_URL',
  })
}
