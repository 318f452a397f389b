/** The environment of this process. Settings are made of it, and nothing else in the program reads it for itself. */
export const processEnvironment: Readonly<Record<string, string | undefined>> = process.env

/** NSELF_DEBUG=1, as `--debug`. */
export const wantsDebug = (): boolean => /^(1|true|yes|on)$/i.test(processEnvironment.NSELF_DEBUG ?? '')
