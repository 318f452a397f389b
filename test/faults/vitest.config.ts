import { defineConfig } from 'vitest/config'
import common, { faults } from '../../vitest.config.ts'

export default defineConfig({ test: { ...common.test, include: [faults], exclude: [], testTimeout: 300_000 } })
