import { dbmate } from './dbmate.ts'
import { golangMigrate } from './golang-migrate.ts'
import { goose } from './goose.ts'
import type { Tool } from './tool.ts'

/** All that `nself db adopt` knows; of two that recognise the same, the first is meant. */
export const knownTools: readonly Tool[] = [dbmate, golangMigrate, goose]
