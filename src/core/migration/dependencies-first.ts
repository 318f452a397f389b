import { NselfError } from '../errors.ts'

/**
 * These in their order, but each after what it depends on.
 * @param targetsOf what one of them depends on; null for what is there already.
 * @throws NselfError `invalid-migration` for a circle.
 */
export function dependenciesFirst<Item extends { readonly name: string }>(
  items: readonly Item[],
  targetsOf: (item: Item) => readonly (Item | null)[],
): Item[] {
  const done: Item[] = []
  const seen = new Map<Item, 'open' | 'done'>()
  // An explicit stack: a chain of ten thousand dependencies must not overflow the call stack.
  const visit = (start: Item) => {
    const stack = [{ item: start, targets: targetsOf(start), next: 0 }]
    seen.set(start, 'open')
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const target = top.targets[top.next++]
      if (target === undefined) {
        seen.set(top.item, 'done')
        done.push(top.item)
        stack.pop()
        continue
      }
      if (target === null || seen.get(target) === 'done') continue
      if (seen.has(target))
        throw circular(
          stack.map(({ item }) => item),
          target,
        )
      seen.set(target, 'open')
      stack.push({ item: target, targets: targetsOf(target), next: 0 })
    }
  }
  for (const item of items) if (!seen.has(item)) visit(item)
  return done
}

function circular<Item extends { readonly name: string }>(stack: readonly Item[], target: Item): NselfError {
  const circle = [...stack.slice(stack.indexOf(target)), target].map(({ name }) => name).join(' → ')
  return new NselfError('invalid-migration', `circular depends_on: ${circle}`, {
    hint: 'remove one of these depends_on lines',
  })
}
