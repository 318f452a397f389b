export { type ErrorCode, NselfError } from '../core/errors.ts'
export type {
  CheckedFinding,
  CheckPartName,
  CheckRequest,
  FindingSeverity,
  FinishedCheck,
} from './check-request.ts'
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
