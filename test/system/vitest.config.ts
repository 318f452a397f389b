import { defineConfig } from 'vitest/config'
import common, { system } from '../../vitest.config.ts'

export default defineConfig({ test: { ...common.test, include: [system], exclude: [] } })
