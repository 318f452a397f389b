import { type Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import type { CheckOptions } from '../../commands/db/check.ts'
import type { CheckResult, ReportFormat } from '../../commands/shared/check-results.ts'
import { possibleParts } from '../../core/check/choices.ts'
import { type CheckPart, checkParts } from '../../core/check/finding.ts'
import { type Severity, severities } from '../../core/check-rules.ts'
import { file, leaf, type Runner, setVariable, shadowUrl } from './leaf.ts'

const formats: readonly ReportFormat[] = ['human', 'json', 'github', 'markdown', 'sarif']

/** nself db check */
export function addCheck(db: Command, run: Runner): void {
  checkCommand(db).action((flags) =>
    run(flags, async (context) =>
      (await import('../../commands/db/check.ts')).check(context, {
        ...optionsOf(flags),
        format: flags.json ? 'json' : formatOf(flags.format),
      }),
    ),
  )
}

function checkCommand(db: Command) {
  return leaf(
    db,
    'check',
    'Check migrations before they run: parse them, say what they lock and break, prove that DOWN undoes UP, try them on awkward rows.',
    [
      'nself db check                          # what is pending',
      'nself db check --since origin/main      # in CI: what a pull request adds',
      'nself db check --all',
      'nself db check --base origin/main       # will it merge with that branch?',
      'nself db check --on production          # what its rows, locks and sizes say',
      'nself db check --since origin/main --format github --report check.md',
    ],
    'server',
  )
    .addOption(
      new Option('--since <ref>', 'migrations that are new or changed compared with a git branch').conflicts('all'),
    )
    .option('--all', 'every migration; without it, the pending ones')
    .option('--base <ref>', 'compare with the branch they will be merged into: numbers, files, both orders')
    .option('--on <server>', 'ask this server, read-only, what would fail on its rows: an environment or a URL')
    .option('--only <parts>', `only these parts, separated by commas: ${checkParts.join(', ')}`, parts)
    .addOption(new Option('--skip <parts>', 'all parts except these').argParser(parts).conflicts('only'))
    .addOption(
      new Option('--fail-on <severity>', 'exit 6 at this severity or above').choices(severities).default('error'),
    )
    .addOption(new Option('--format <format>', 'how stdout reports').choices(formats).default('human'))
    .option('--report <file>', 'also write the report to a file: .json, .md, .sarif, otherwise as --format', file)
    .addOption(setVariable())
    .addOption(shadowUrl())
}

type CheckFlags = ReturnType<ReturnType<typeof checkCommand>['opts']>

function optionsOf(flags: CheckFlags): Omit<CheckOptions, 'format'> {
  const choices = { on: flags.on ?? null, base: flags.base ?? null }
  return {
    ...choices,
    scope: flags.since !== undefined ? { kind: 'since', ref: flags.since } : { kind: flags.all ? 'all' : 'pending' },
    parts: flags.only ?? possibleParts(choices).filter((part) => !flags.skip?.includes(part)),
    failOn: severityOf(flags.failOn),
    report: reportOf(flags.report, formatOf(flags.format)),
  }
}

const severityOf = (word: unknown): Severity => severities.find((severity) => severity === word) ?? 'error'
const formatOf = (word: unknown): ReportFormat => formats.find((format) => format === word) ?? 'human'

function parts(text: string): CheckPart[] {
  return text.split(',').map((word) => {
    const part = checkParts.find((one) => one === word.trim())
    if (part === undefined) throw new InvalidArgumentError(`the parts are ${checkParts.join(', ')}`)
    return part
  })
}

const endings: Readonly<Record<string, ReportFormat>> = { json: 'json', md: 'markdown', sarif: 'sarif' }

function reportOf(path: string | undefined, otherwise: ReportFormat): CheckResult['report'] {
  if (path === undefined) return null
  const ending = path.split('.').at(-1)?.toLowerCase() ?? ''
  return { path, format: endings[ending] ?? otherwise }
}
