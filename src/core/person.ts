/** Somebody who gets a row in the table of users. */
export interface Person {
  readonly email: string
  readonly name: string
  readonly role: string
}

const first = 'Ada,Ben,Chloe,Dmitri,Elif,Femi,Grace,Hugo,Ines,Jonas'.split(',')
const last = 'Abbott,Berg,Costa,Dubois,Evans,Fischer,Garcia,Hansen,Ito,Jensen'.split(',')

/** This many made-up people, always the same ones, at a domain that nobody can own (RFC 2606). */
export function mockPeople(count: number, role: string): Person[] {
  return Array.from({ length: count }, (_, i) => {
    const name = [first[i % first.length], last[Math.floor(i / first.length) % last.length]]
    const email = `mock-${String(i + 1).padStart(3, '0')}.${name.join('.').toLowerCase()}@example.test`
    return { email, name: name.join(' '), role }
  })
}
