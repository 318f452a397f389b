#!/usr/bin/env node
require('../dist/nself.cjs')
