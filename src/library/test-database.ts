/** Which project and which server; without them as the command line finds both. Only where the environment is local. */
export interface TestDatabaseSettings {
  /** The folder that holds `nself/`, or one below it; without it that of the process. */
  readonly cwd?: string
  /** The server, as `--database-url`; the test databases are made beside the database that it names. */
  readonly databaseUrl?: string
  /** Variables in place of `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Run the seeds too, as `nself db seed` does. */
  readonly seed?: boolean
}

/** A database of its own for a test, as the migrations make it. */
export interface TestDatabase {
  /** For a pool or a client, with the password. */
  readonly url: string
  /** Its name. */
  readonly database: string
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string | null
  /**
   * Drops it, in the background. Rejects with an `NselfError` `refused` while a pool or a client is still connected.
   * What is not dropped the next run drops, once this process is gone.
   */
  drop(): Promise<void>
}
