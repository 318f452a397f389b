/**
 * What programs that we start inherit: pg_dump, psql, a server. Not read for any decision of our own, which the settings
 * make.
 */
export const inheritedEnvironment = (): NodeJS.ProcessEnv => process.env
