export { type ErrorCode, NselfError } from '../core/errors.ts'
export { createTestDatabase } from './create-test-database.ts'
export type { TestDatabase, TestDatabaseSettings } from './test-database.ts'
