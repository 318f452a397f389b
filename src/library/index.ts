export { type ErrorCode, NselfError } from '../core/errors.ts'
export type {
  ApplyOptions,
  DatabaseStatus,
  FinishedRun,
  GuardAnswers,
  LookOptions,
  Nself,
  OpenOptions,
  RevertOptions,
} from './nself.ts'
export { open } from './open.ts'
