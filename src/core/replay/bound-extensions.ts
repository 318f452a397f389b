/**
 * Extensions that work in one database of a server only, and after the server was started with them: no replay can have
 * them. What is done to them is left out of it, and that they are there is no difference.
 */
const schemas: Readonly<Record<string, string>> = { pg_cron: 'cron' }

/** Whether an extension is one of them. */
export const boundExtension = (name: string): boolean => Object.hasOwn(schemas, name)

/** Whether a schema is made by one of them. */
export const boundSchema = (name: string): boolean => Object.values(schemas).includes(name)
