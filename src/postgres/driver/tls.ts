import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { isLocal, isSocket, type Link, type Place } from '../../core/connection/link.ts'
import { NselfError } from '../../core/errors.ts'
import { messageOf, systemCodeOf } from '../../core/system-error.ts'

/**
 * In what order to try a place: with TLS or without. Where nobody has said so, a wire that leaves the machine is
 * encrypted if the server can, and one that does not leave it only if the server insists.
 */
export function attemptsAt(place: Place, mode: string | undefined): readonly boolean[] {
  if (isSocket(place.hostaddr ?? place.host) || mode === 'disable') return [false]
  if (mode === undefined) return isLocal(place.hostaddr ?? place.host) ? [false, true] : [true, false]
  if (mode === 'allow') return [false, true]
  return mode === 'prefer' ? [true, false] : [true]
}

/**
 * What a TLS connection is made with. `require` verifies nothing unless there is a root certificate, as libpq has it.
 * @throws NselfError `configuration` for a file of certificates that cannot be read.
 */
export async function tlsOptions(place: Place, mode: string | undefined, link: Link): Promise<ConnectionOptions> {
  const { rootCert, cert, key, crl, keyPassword, minTls, maxTls } = link
  const hasRoot = rootCert !== undefined && rootCert !== 'system'
  const full = mode === 'verify-full' || rootCert === 'system'
  const verifies = full || mode === 'verify-ca' || (mode === 'require' && hasRoot)
  const { checkServerIdentity } = await import('node:tls')
  return {
    rejectUnauthorized: verifies,
    // The name in the settings counts, also where its address is given; for an IP address the driver passes no name on.
    checkServerIdentity: (_, certificate) => (full ? checkServerIdentity(place.host, certificate) : undefined),
    ...(hasRoot && verifies ? { ca: readPart(rootCert, 'sslrootcert') } : {}),
    ...(crl === undefined ? {} : { crl: readPart(crl, 'sslcrl') }),
    ...(cert === undefined || key === undefined
      ? {}
      : { cert: readPart(cert, 'sslcert'), key: readPart(key, 'sslkey'), passphrase: keyPassword }),
    ...(minTls === undefined ? {} : { minVersion: minTls }),
    ...(maxTls === undefined ? {} : { maxVersion: maxTls }),
  }
}

function readPart(path: string, parameter: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new NselfError('configuration', `${parameter} cannot be read: ${path}`, {
      hint: 'name a file of certificates in PEM format that you can read',
      cause: error,
    })
  }
}

const noEncryption = /no encryption|SSL off/

/** Whether a failure leads to the other way, with TLS or without, on to the same place. */
export function isWorthTheOtherWay(error: unknown, wasTls: boolean): boolean {
  const [code, message] = [systemCodeOf(error), messageOf(error)]
  if (!wasTls) return code === '28000' && noEncryption.test(message)
  return code === '28000' || noTls.test(message) || isTlsFailure(error)
}

const noTls = /does not support SSL|establishing an SSL connection/

/** Whether TLS itself failed: its certificates, versions or names. */
function isTlsFailure(error: unknown): boolean {
  const [code, message] = [systemCodeOf(error) ?? '', messageOf(error)]
  return (
    /^(ERR_(SSL|TLS|OSSL)|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_OSSL)/.test(code) ||
    /TLS|certificate/.test(message)
  )
}

/** What to do about a failure that has to do with TLS; null for any other. */
export function tlsHint(error: unknown, mode: string | undefined): string | null {
  const [code, message] = [systemCodeOf(error), messageOf(error)]
  if (code === '28000' && noEncryption.test(message))
    return `the server accepts only encrypted connections: sslmode=require${mode === undefined ? '' : ` in place of sslmode=${mode}`}`
  if (noTls.test(message))
    return 'the server has no TLS: sslmode=disable, or sslmode=prefer to use it where there is one'
  if (code === '28000' && /SSL encryption|SSL on/.test(message))
    return 'the server refuses this encrypted connection: sslmode=disable'
  if (/altnames|ERR_TLS_CERT_ALTNAME/.test(`${code} ${message}`))
    return 'the certificate is for another name: connect by that name, or check its issuer alone with sslmode=verify-ca'
  if (isTlsFailure(error)) return "name the file of the issuer's certificate: sslrootcert=FILE"
  return null
}
