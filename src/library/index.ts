export { type ErrorCode, NselfError } from '../core/errors.ts'
export type {
  DatabaseStatus,
  DownSettings,
  FinishedRun,
  GuardAnswers,
  Nself,
  OpenSettings,
  StatusSettings,
  UpSettings,
} from './nself.ts'
export { open } from './open.ts'
