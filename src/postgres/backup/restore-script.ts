import { NselfError } from '../../core/errors.ts'
import { quoteLiteral } from '../../core/sql/quoting.ts'

/** After the COMMIT that ends a script come a few comments only. */
const tail = 4096

/**
 * A script of `pg_restore --single-transaction`, in whole lines, without its BEGIN and COMMIT, so that it can run in a
 * transaction that goes on, without a setting that only newer servers know, and with another search_path.
 * @throws NselfError `refused` for one that is not UTF-8.
 */
export async function* scriptLines(bytes: AsyncIterable<Buffer>, searchPath: string): AsyncGenerator<string> {
  let held = ''
  let isHead = true
  for await (const text of wholeLines(bytes)) {
    held += text
    if (isHead && /^SET row_security = off;$/m.test(held)) {
      const path = `pg_catalog.set_config('search_path', ${quoteLiteral(searchPath)}, `
      held = held
        .replace(/^BEGIN;$/m, '')
        .replace(/^SET transaction_timeout = 0;$/m, '')
        .replace("pg_catalog.set_config('search_path', '', ", () => path)
      isHead = false
    }
    const at = held.lastIndexOf('\nCOMMIT;\n')
    const isLast = at !== -1 && held.length - at < tail
    const ready = isLast ? at + 1 : held.length
    if (isHead) continue
    yield held.slice(0, ready)
    held = held.slice(ready)
  }
  yield held.replace(/^COMMIT;$/m, '')
}

async function* wholeLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  for await (const chunk of bytes) {
    const text = rest + decode(decoder, chunk)
    const end = text.lastIndexOf('\n') + 1
    rest = text.slice(end)
    if (end > 0) yield text.slice(0, end)
  }
  if (rest !== '') yield rest
}

function decode(decoder: InstanceType<typeof TextDecoder>, chunk: Buffer): string {
  try {
    return decoder.decode(chunk, { stream: true })
  } catch {
    throw new NselfError('refused', 'the backup is not in UTF-8, so it cannot be restored in place', {
      hint: 'restore it beside the old one, without --in-place; nothing was changed',
    })
  }
}
