import type { Link } from './link.ts'

/** Where a server is and how to enter it. */
export interface Server {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string | null
  readonly database: string
  readonly ssl?: string | undefined
  readonly link?: Link | undefined
}
