import {
  type Client,
  parametersOf,
  queryClassOf,
  type RowDescription,
  type Submittable,
  sendDescribe,
  type Wire,
} from './pg.ts'
import type { ServerError } from './send.ts'

/** What a statement takes and returns, as types of the server. */
export interface Described {
  readonly parameters: readonly number[]
  /** Empty for a statement that returns no rows. */
  readonly columns: readonly { readonly name: string; readonly type: number }[]
}

interface DescribeQuery extends Submittable {
  readonly columns: Described['columns']
}

type DescribeClass = new (text: string, types: readonly number[]) => DescribeQuery

let describeClass: DescribeClass | null = null

function describeClassOf(client: Client): DescribeClass {
  return class extends queryClassOf(client) {
    columns: Described['columns'] = []
    private readonly sql: string
    private readonly types: readonly number[]

    constructor(sql: string, types: readonly number[]) {
      super({ text: '', rowMode: 'array' })
      this.sql = sql
      this.types = types
    }

    override submit(wire: Wire): void {
      sendDescribe(wire, this.sql, this.types)
    }

    override handleRowDescription({ fields }: RowDescription): void {
      this.columns = fields.map(({ name, dataTypeID }) => ({ name, type: dataTypeID }))
    }
  }
}

/** One for each connection: each statement's parameters are told before its end, and before those of the next. */
const lastParameters = new WeakMap<Client, () => readonly number[]>()

/** What the server says of a statement that it parses and does not run; never rejects. */
export function describe(
  client: Client,
  text: string,
  types: readonly number[] = [],
): Promise<{ error: ServerError } | Described> {
  describeClass ??= describeClassOf(client)
  const parameters = lastParameters.get(client) ?? parametersOf(client)
  lastParameters.set(client, parameters)
  const query = new describeClass(text, types)
  return new Promise((resolve) => {
    query.callback = (error) => resolve(error ? { error } : { parameters: [...parameters()], columns: query.columns })
    client.query(query)
  })
}
