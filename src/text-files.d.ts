/** Files that the bundle carries as texts: `import text from './file.css' with { type: 'text' }`. */
declare module '*.css' {
  const text: string
  export default text
}
declare module '*/page-script.js' {
  const text: string
  export default text
}
declare module '*.dbml' {
  const text: string
  export default text
}
