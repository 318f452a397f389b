import { Argument, type Command, Option } from '@commander-js/extra-typings'
import type { DiagramFormat } from '../../commands/shared/schema-results.ts'
import type { ScaffoldName } from '../../core/schema/scaffold.ts'
import { addApply, addImport, addRun } from './design.ts'
import { addDiff } from './diff.ts'
import { type Group, leaf, type Runner } from './leaf.ts'

const formats: DiagramFormat[] = ['dbml', 'mermaid', 'markdown', 'svg', 'html']
const templates: ScaffoldName[] = ['basic', 'ecommerce', 'saas', 'blog']

/** nself db schema … */
export function addSchema(db: Command, run: Runner): void {
  const schema = db
    .command('schema')
    .usage('<command>')
    .description('The design in schema.dbml, and what databases consist of.')
  addImport(schema, run)
  addDiff(schema, run)
  addRun(db, run)
  addApply(schema, run)
  addShow(schema, run)
  addDiagram(schema, run)
  addScaffold(schema, run)
}

function addShow(schema: Group, run: Runner): void {
  leaf(
    schema,
    'show',
    'Show the tables, or everything about one table.',
    ['nself db schema show', 'nself db schema show orders', 'nself db schema show billing.invoices --env staging'],
    'server',
  )
    .argument('[TABLE]', 'a table, with its schema unless that is public')
    .action((table: string | undefined, flags) =>
      run({ ...flags, needsNoProject: 'with-url' }, async (context) =>
        (await import('../../commands/db/schema/show.ts')).show(context, table ?? null),
      ),
    )
}

function addDiagram(schema: Group, run: Runner): void {
  leaf(
    schema,
    'diagram',
    'Write the tables as DBML, or as a picture.',
    [
      'nself db schema diagram > schema.dbml',
      'nself db schema diagram --format svg --output docs/schema.svg',
      'nself db schema diagram --format html --output schema.html --env production',
      'nself db schema diagram --check --output docs/schema.md  # exits 6 if outdated',
    ],
    'server',
  )
    .addOption(
      new Option(
        '--format <format>',
        'what to write: html is a page with search and zoom, markdown has a Mermaid diagram (default: from the name of the output file, otherwise dbml)',
      ).choices(formats),
    )
    .option('--output <file>', 'write to this file instead of standard output')
    .option('--check', 'write nothing, and exit 6 when the file is not what would be written')
    .action((flags) =>
      run({ ...flags, needsNoProject: true }, async (context) =>
        (await import('../../commands/db/schema/diagram.ts')).diagram(context, {
          format: flags.format ?? null,
          output: flags.output ?? null,
          check: flags.check === true,
        }),
      ),
    )
}

function addScaffold(schema: Group, run: Runner): void {
  leaf(
    schema,
    'scaffold',
    'Write a schema.dbml to start from.',
    ['nself db schema scaffold basic', 'nself db schema scaffold saas --output design/saas.dbml'],
    'nothing',
  )
    .addArgument(new Argument('<template>', 'which kind of application').choices(templates))
    .option('--output <file>', 'write to this file instead of schema.dbml in the project root')
    .option('--force', 'replace a file that exists')
    .action((template, flags) =>
      run(flags, async (context) =>
        (await import('../../commands/db/schema/scaffold.ts')).scaffold(context, template, {
          output: flags.output ?? null,
          force: flags.force === true,
        }),
      ),
    )
}
