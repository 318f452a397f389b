/** Everything that is printed but results loses its passwords here: those of URLs, of settings and of SQL. */
export function redact(text: string): string {
  return text
    .replace(/(postgres(?:ql)?:\/\/[^:@\s/]*):[^\s"']*@/g, '$1:***@')
    .replace(/(password\s*(?:[=:]\s*)?(?:\be|\bu&)?)'(?:[^']|'')*(?:'|$)/gi, "$1'***'")
    .replace(/(password\s*[=:]\s*)(?!')[^\s,;]+/gi, '$1***')
}
