import type { Migration } from '../../core/migration/migration.ts'
import { compareVersions, parseVersion } from '../../core/migration/version.ts'
import type { Recording } from '../../core/queries/recording.ts'
import { type QueryFound, ReleaseWalk, type Uncounted } from '../../core/queries/release-walk.ts'
import { shapesOf } from '../../parsers/postgres/query-shape.ts'
import type { ProofPlace, Visit } from '../../postgres/proof/place.ts'
import {
  type AskedRelease,
  lookAfterDown,
  lookThere,
  type QueriesLook,
  type QuestionsThere,
} from '../../postgres/queries/at-place.ts'

/** What was found of what one release asks. */
export interface ReleaseFound {
  readonly recording: Recording
  readonly found: readonly QueryFound<Migration>[]
  /** Null where nothing in scope comes after the recording. */
  readonly start: { readonly file: Migration; readonly uncounted: readonly Uncounted[] } | null
}

export interface QueriesWanted {
  readonly recordings: readonly Recording[]
  readonly wanted: (file: Migration) => boolean
  /** DOWN of it was proven before. */
  readonly restores: (file: Migration) => boolean
  readonly repeatables: readonly Migration[]
  /** Each migration is a run of its own, as if the ones before it had been in use for long. */
  readonly eachByItself: boolean
}

/** Prepares recorded queries before and after migrations, on the way through a history. */
export class QueriesVisit implements Visit {
  readonly prepareSql = ''
  private readonly options: QueriesWanted
  private readonly walks: readonly { readonly recording: Recording; readonly walk: ReleaseWalk<Migration> }[]
  private readonly releases: readonly AskedRelease[]
  private guesses = true
  private now: QueriesLook | null = null

  static async of(options: QueriesWanted): Promise<QueriesVisit> {
    const releases: AskedRelease[] = []
    for (const { queries, searchPath } of options.recordings) {
      const shapes = await shapesOf(queries.map(({ text }) => text))
      const asked = queries.map(({ text }, i) => ({ text, shape: shapes[i] ?? noShape, types: [] }))
      releases.push({ queries: asked, searchPath })
    }
    return new QueriesVisit(options, releases)
  }

  private constructor(options: QueriesWanted, releases: readonly AskedRelease[]) {
    this.options = options
    this.releases = releases
    this.walks = options.recordings.map((recording) => ({
      recording,
      walk: new ReleaseWalk(recording.queries, options.eachByItself && recording.after === null),
    }))
  }

  readonly wanted = (file: Migration): boolean =>
    this.options.wanted(file) && this.options.recordings.some((one) => comesAfter(file, one))

  async at(place: ProofPlace, file: Migration): Promise<void> {
    this.now = await lookThere(place, this.questions(), this.now)
    // What types parameters have is known from here on.
    this.guesses = false
    for (const [walk, looks] of this.concerned(file, this.now)) walk.enter(file, looks)
  }

  async after(place: ProofPlace, file: Migration, restores: boolean): Promise<void> {
    const before = this.now
    if (before === null) return
    this.now = await lookThere(place, this.questions(), before)
    for (const [walk, looks] of this.concerned(file, this.now)) walk.afterUp(file, looks)
    if (restores || this.options.restores(file)) return
    const down = await lookAfterDown(place, file, this.questions(), before)
    if (down !== null) for (const [walk, looks] of this.concerned(file, down)) walk.afterDown(file, looks)
  }

  get found(): ReleaseFound[] {
    return this.walks.map(({ recording, walk }) => ({ recording, found: walk.found, start: walk.start }))
  }

  private questions(): QuestionsThere {
    return { releases: this.releases, repeatables: this.options.repeatables, guesses: this.guesses }
  }

  private concerned(file: Migration, { looks }: QueriesLook) {
    return this.walks.flatMap(({ recording, walk }, i) =>
      comesAfter(file, recording) ? [[walk, looks[i] ?? []] as const] : [],
    )
  }
}

const noShape = { inserts: [], infers: false, parameters: 0 }

/** The release was recorded with a schema that does not have it yet. */
function comesAfter({ version }: Migration, { after }: Recording): boolean {
  const last = after === null ? null : parseVersion(after)
  return last === null || compareVersions(version, last) > 0
}
