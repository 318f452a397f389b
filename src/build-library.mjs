// Builds dist/library/: what `import 'nself'` and `require('nself')` load, beside the program so that it stays as it is.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { build } from 'rolldown'
import ts from 'typescript'

const folder = 'dist/library'
/** What is imported, and what of it are values. */
const entries = {
  index: { source: 'src/library/index.ts', names: ['NselfError', 'open'] },
  testing: { source: 'src/library/testing.ts', names: ['NselfError', 'createTestDatabase'] },
}

export async function buildLibrary(common) {
  await build({
    ...common,
    input: Object.fromEntries(Object.entries(entries).map(([name, { source }]) => [name, source])),
    output: {
      dir: folder,
      cleanDir: true,
      format: 'cjs',
      entryFileNames: '[name].cjs',
      chunkFileNames: '[name]-[hash].cjs',
      // Jest runs CommonJS where `import()` does not work.
      dynamicImportInCjs: false,
      // Its stacks are read by those who call it.
      minify: false,
    },
  })
  for (const [name, { source, names }] of Object.entries(entries)) {
    // One class of errors for both: an ES module hands on what the CommonJS module has.
    const text = `import library from './${name}.cjs'\nexport const { ${names.join(', ')} } = library\n`
    writeFileSync(join(folder, `${name}.mjs`), text)
    for (const kind of ['module', 'commonjs']) writeTypes(source, join(folder, 'types', kind))
  }
  for (const type of ['module', 'commonjs'])
    writeFileSync(join(folder, 'types', type, 'package.json'), JSON.stringify({ type }))
}

/** The declarations of a file and of all that they refer to, which is little: nothing of the inside is public. */
function writeTypes(source, target, done = new Set()) {
  if (done.has(source)) return
  done.add(source)
  const options = { strict: true, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true }
  const { outputText } = ts.transpileDeclaration(readFileSync(source, 'utf8'), {
    fileName: source,
    compilerOptions: options,
  })
  for (const [, path] of outputText.matchAll(/from '(\.[^']+)'/g)) writeTypes(join(dirname(source), path), target, done)
  const path = join(target, relative('src', source)).replace(/\.ts$/, '.d.ts')
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, outputText.replace(/(from '\.[^']+)\.ts'/g, "$1.js'"))
}
