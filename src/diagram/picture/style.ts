interface Colours {
  readonly paper: string
  readonly box: string
  readonly border: string
  readonly stripe: string
  readonly ink: string
  readonly dim: string
  readonly edge: string
  readonly primary: string
  readonly foreign: string
  readonly unique: string
  readonly head: string
  /** What the reader has chosen. */
  readonly lit: string
}

const light: Colours = {
  paper: '#f5f6f8',
  box: '#ffffff',
  border: '#c3cad5',
  stripe: '#f3f5f8',
  ink: '#1b2430',
  dim: '#5f6b7e',
  edge: '#7d899c',
  primary: '#a8660a',
  foreign: '#1f5fd0',
  unique: '#5d6b80',
  head: '#ffffff',
  lit: '#d9480f',
}

const dark: Colours = {
  paper: '#11151b',
  box: '#1a202a',
  border: '#3a4454',
  stripe: '#1f2632',
  ink: '#e4e8ef',
  dim: '#96a2b4',
  edge: '#76849a',
  primary: '#e6b252',
  foreign: '#7fb0ff',
  unique: '#9aa7ba',
  head: '#f4f7fb',
  lit: '#ff9a57',
}

/** Of the heads of tables. */
const hues = ['#34558b', '#1f7a6d', '#83477f', '#8a5626', '#4a672d', '#9c3f4d', '#4a53a0', '#525b69']

/** The class of one of a picture's colours. */
export const hueOf = (colour: number): string => `hue${colour % hues.length}`

const shapes = `.erd { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; }
.erd .title { font-size: 13.5px; font-weight: 600; }
.erd .name, .erd .type, .erd .key, .erd .more { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 12px; }
.erd .name.primary, .erd .key { font-weight: 700; }
.erd .key { font-size: 9.5px; }
.erd .type { text-anchor: end; }
.erd .line, .erd .reach { fill: none; stroke-width: 1.4; }
.erd .reach { stroke: transparent; stroke-width: 11; }
.erd .hollow { stroke-width: 1.4; }
.erd .foot { font-size: 12px; }
.erd .hub { font-size: 11.5px; }
${hues.map((hue, i) => `.erd .${hueOf(i)} { fill: ${hue}; }`).join('\n')}`

const coloured = (colours: Colours) => `.erd .paper { fill: ${colours.paper}; }
.erd .frame { fill: ${colours.box}; stroke: ${colours.border}; }
.erd .stripe { fill: ${colours.stripe}; }
.erd .title { fill: ${colours.head}; }
.erd .name { fill: ${colours.ink}; }
.erd .type, .erd .more, .erd .foot, .erd .hub { fill: ${colours.dim}; }
.erd .key.primary { fill: ${colours.primary}; }
.erd .key.foreign { fill: ${colours.foreign}; }
.erd .key.unique { fill: ${colours.unique}; }
.erd .line { stroke: ${colours.edge}; }
.erd .hollow { fill: ${colours.paper}; stroke: ${colours.edge}; }`

/** Of a file: plain colours, for not every program that draws SVG knows variables; dark where the system is. */
export const fileStyle = `${shapes}
${coloured(light)}
@media (prefers-color-scheme: dark) {
${coloured(dark)}
}`

const variables: Colours = {
  paper: 'var(--paper)',
  box: 'var(--box)',
  border: 'var(--border)',
  stripe: 'var(--stripe)',
  ink: 'var(--ink)',
  dim: 'var(--dim)',
  edge: 'var(--edge)',
  primary: 'var(--primary)',
  foreign: 'var(--foreign)',
  unique: 'var(--unique)',
  head: 'var(--head)',
  lit: 'var(--lit)',
}
const inDark = new Map(Object.entries(dark))

/** Of a page, whose reader can choose. */
export const pageStyle = `.erd { color-scheme: light dark;
${Object.entries(light)
  .map(([name, colour]) => `--${name}: light-dark(${colour}, ${inDark.get(name)});`)
  .join('\n')}
}
${shapes}
${coloured(variables)}`
