/* Runs in the reader's browser, inside the page that page.ts writes. */
const root = document.querySelector('.erd')
const svg = document.querySelector('.erd > svg')
const world = document.getElementById('world')
const panel = document.querySelector('aside')
const search = document.querySelector('input')
const found = document.getElementById('found')
const data = JSON.parse(document.getElementById('data').textContent)
const tables = new Map(data.tables.map((table) => [table.id, table]))
const boxOf = (id) => document.getElementById(id)

// Where the world stands: a point of it is drawn at point * scale + (x, y).
let view = { x: 0, y: 0, scale: 1 }
const limit = (scale) => Math.min(4, Math.max(0.02, scale))

function show(next) {
  view = next
  world.setAttribute('transform', `translate(${view.x} ${view.y}) scale(${view.scale})`)
  root.classList.toggle('distant', view.scale < 0.45)
}

function zoom(factor, x = innerWidth / 2, y = innerHeight / 2) {
  const scale = limit(view.scale * factor)
  const by = scale / view.scale
  show({ scale, x: x - (x - view.x) * by, y: y - (y - view.y) * by })
}

/** What the tables take up together. */
function everything() {
  const left = Math.min(0, ...data.tables.map((table) => table.x))
  const top = Math.min(0, ...data.tables.map((table) => table.y))
  const right = Math.max(1, ...data.tables.map((table) => table.x + table.width))
  const bottom = Math.max(1, ...data.tables.map((table) => table.y + table.height))
  return { x: left, y: top, width: right - left, height: bottom - top }
}

function fitIn(area = everything(), closest = 1.2) {
  const [left, top, edge] = [panel.hidden || innerWidth < 700 ? 0 : 360, 64, 24]
  const width = Math.max(80, innerWidth - left - 2 * edge)
  const height = Math.max(80, innerHeight - top - edge)
  const scale = limit(Math.min(closest, width / area.width, height / area.height))
  show({
    scale,
    x: edge + (width - area.width * scale) / 2 - area.x * scale,
    y: top + (height - area.height * scale) / 2 - area.y * scale,
  })
}

/** Lights a table, its lines and its neighbours; null puts everything back. */
function choose(id) {
  const lines = data.links.filter((link) => link.child === id || link.parent === id)
  light(id === null ? null : [id, ...lines.flatMap((link) => [link.child, link.parent])], lines)
  for (const { id: other } of data.tables) boxOf(other).classList.toggle('self', other === id)
  panel.hidden = id === null
  if (id !== null) tell(tables.get(id), lines)
  history.replaceState(null, '', id === null ? location.pathname : `#${encodeURIComponent(tables.get(id).name)}`)
}

function light(ids, lines) {
  root.classList.toggle('chosen', ids !== null)
  for (const { id } of data.tables) boxOf(id).classList.toggle('lit', ids?.includes(id) ?? false)
  for (const link of data.links) boxOf(link.id).classList.toggle('lit', lines.includes(link))
}

function goTo(id) {
  const { x, y, width, height } = tables.get(id)
  choose(id)
  fitIn({ x, y, width, height }, Math.max(1, Math.min(view.scale, 1.2)))
}

function make(tag, text, ...children) {
  const element = document.createElement(tag)
  if (text !== null) element.textContent = text
  element.append(...children)
  return element
}

function tell(table, lines) {
  const close = make('button', '✕')
  close.className = 'close'
  close.title = 'Close (Esc)'
  close.onclick = () => choose(null)
  const columns = table.columns.map((column) => {
    const line = make('li', null, make('code', column.name), ' ', make('small', column.about))
    for (const key of column.keys) {
      const mark = make('b', key)
      mark.className = `key ${{ PK: 'primary', FK: 'foreign' }[key] ?? 'unique'}`
      line.append(' ', mark)
    }
    if (column.comment) line.append(make('p', column.comment))
    return line
  })
  const jumps = (links, end) =>
    links.map((link) => {
      const jump = make('button', null, tables.get(link[end]).name, make('br', null), make('small', link.about))
      jump.onclick = () => goTo(link[end])
      return make('li', null, jump)
    })
  const list = (title, items) => (items.length === 0 ? [] : [make('h3', title), make('ul', null, ...items)])
  panel.replaceChildren(
    close,
    make('h2', table.name),
    ...(table.comment ? [make('p', table.comment)] : []),
    ...list('Columns', columns),
    ...list(
      'Refers to',
      jumps(
        lines.filter((link) => link.child === table.id),
        'parent',
      ),
    ),
    ...list(
      'Referred to by',
      jumps(
        lines.filter((link) => link.parent === table.id),
        'child',
      ),
    ),
  )
}

// Search: tables whose name or columns have the text; Enter goes from one to the next.
let hits = []
let next = 0

function look() {
  const text = search.value.trim().toLowerCase()
  const has = (name) => name.toLowerCase().includes(text)
  const named = data.tables.filter((table) => has(table.name))
  const within = data.tables.filter((table) => !has(table.name) && table.columns.some((column) => has(column.name)))
  hits = text === '' ? [] : [...named, ...within].map((table) => table.id)
  next = 0
  choose(null)
  if (text !== '') light(hits, [])
  found.textContent = text === '' ? '' : `${hits.length} found`
}

search.oninput = look
search.onkeydown = (event) => {
  if (event.key !== 'Enter' || hits.length === 0) return
  goTo(hits[next % hits.length])
  next++
  found.textContent = `${((next - 1) % hits.length) + 1} of ${hits.length}`
}

// A table that is dragged takes its lines along.
const corner = 7
const apart = 44

/** Where a line between two tables runs, now that one of them was moved: from child to parent, in right angles. */
function routeOf(link) {
  const [child, parent] = [tables.get(link.child), tables.get(link.parent)]
  const [from, to] = [child.y + link.from, parent.y + link.to]
  const ends = (start, middle, end) => [
    { x: start, y: from },
    { x: middle, y: from },
    { x: middle, y: to },
    { x: end, y: to },
  ]
  const [childRight, parentRight] = [child.x + child.width, parent.x + parent.width]
  if (childRight + apart <= parent.x) return ends(childRight, (childRight + parent.x) / 2, parent.x)
  if (parentRight + apart <= child.x) return ends(child.x, (parentRight + child.x) / 2, parentRight)
  return ends(childRight, Math.max(childRight, parentRight) + apart, parentRight)
}

/** Right angles, their corners rounded. */
function pathOf([start, first, second, end]) {
  const radius = Math.min(
    corner,
    Math.abs(second.y - first.y) / 2,
    Math.abs(first.x - start.x),
    Math.abs(end.x - second.x),
  )
  const out = Math.sign(first.x - start.x) * radius
  const down = Math.sign(second.y - first.y) * radius
  const into = Math.sign(end.x - second.x) * radius
  return `M${start.x} ${start.y}H${first.x - out}q${out} 0 ${out} ${down}V${second.y - down}q0 ${down} ${into} ${down}H${end.x}`
}

function reroute(link) {
  const drawn = boxOf(link.id)
  if (link.named) {
    const child = tables.get(link.child)
    const [start] = link.route
    drawn.setAttribute('transform', `translate(${child.x + child.width - start.x} ${child.y + link.from - start.y})`)
    return
  }
  const route = routeOf(link)
  link.route = route
  for (const path of drawn.querySelectorAll('.reach, .route')) path.setAttribute('d', pathOf(route))
  const turn = (at, next) => `translate(${at.x} ${at.y})${next.x >= at.x ? '' : ' scale(-1 1)'}`
  drawn.querySelector('.end.child')?.setAttribute('transform', turn(route[0], route[1]))
  drawn.querySelector('.end.parent')?.setAttribute('transform', turn(route[3], route[2]))
}

const saveButton = document.querySelector('[data-does=save]')

function put(table, x, y) {
  Object.assign(table, { x, y, moved: true })
  boxOf(table.id).setAttribute('transform', `translate(${x} ${y})`)
  for (const link of data.links) if (link.child === table.id || link.parent === table.id) reroute(link)
}

for (const link of data.links) {
  if (link.unrouted) reroute(link)
  link.unrouted = false
}

/** This page as a file, with every table where it now is; written anew by nself, the file keeps them there. */
function save() {
  const page = document.documentElement.cloneNode(true)
  const rounded = (_name, value) => (typeof value === 'number' ? Math.round(value * 10) / 10 : value)
  page.querySelector('#data').textContent = JSON.stringify(data, rounded).replaceAll('<', '\\u003c')
  page.querySelector('#world').removeAttribute('transform')
  page.querySelector('.erd').className = 'erd'
  page.querySelector('#found').textContent = ''
  page.querySelector('[data-does=save]').hidden = true
  page.querySelector('aside').replaceChildren()
  page.querySelector('aside').hidden = true
  for (const part of page.querySelectorAll('.lit, .self')) part.classList.remove('lit', 'self')
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([`<!doctype html>\n${page.outerHTML}\n`], { type: 'text/html' }))
  link.download = decodeURIComponent(location.pathname.split('/').pop() || 'schema.html')
  link.click()
  URL.revokeObjectURL(link.href)
  saveButton.hidden = true
}

// One finger or the mouse moves a table or the world, two fingers also zoom it.
const touches = new Map()
let moved = 0
let held = null

svg.onpointerdown = (event) => {
  if (event.button !== 0) return
  touches.set(event.pointerId, { x: event.clientX, y: event.clientY })
  if (touches.size === 1) moved = 0
  held = touches.size === 1 ? (tables.get(event.target.closest('.box')?.id) ?? null) : null
}

addEventListener('pointermove', (event) => {
  // The button may have been let go outside of the window.
  if (event.buttons === 0) touches.delete(event.pointerId)
  const before = touches.get(event.pointerId)
  if (before === undefined) return
  const now = { x: event.clientX, y: event.clientY }
  const other = [...touches.entries()].find(([id]) => id !== event.pointerId)?.[1]
  touches.set(event.pointerId, now)
  moved += Math.abs(now.x - before.x) + Math.abs(now.y - before.y)
  if (other === undefined && held !== null) {
    if (moved <= 4) return
    put(held, held.x + (now.x - before.x) / view.scale, held.y + (now.y - before.y) / view.scale)
    saveButton.hidden = false
  } else if (other === undefined) show({ ...view, x: view.x + now.x - before.x, y: view.y + now.y - before.y })
  else {
    const distance = (point) => Math.hypot(point.x - other.x, point.y - other.y) || 1
    zoom(distance(now) / distance(before), (now.x + other.x) / 2, (now.y + other.y) / 2)
  }
  if (moved > 4) svg.classList.add('dragged')
})

for (const end of ['pointerup', 'pointercancel']) {
  addEventListener(end, (event) => {
    touches.delete(event.pointerId)
    svg.classList.remove('dragged')
  })
}

svg.onclick = (event) => {
  if (moved <= 4) choose(event.target.closest('.box')?.id ?? null)
}

svg.addEventListener(
  'wheel',
  (event) => {
    event.preventDefault()
    const lines = event.deltaMode === 1 ? 16 : 1
    // A trackpad moves with two fingers and zooms with a pinch; a mouse's wheel zooms.
    const isPad = !event.ctrlKey && (event.deltaX !== 0 || (event.deltaMode === 0 && Math.abs(event.deltaY) < 40))
    if (isPad) show({ ...view, x: view.x - event.deltaX, y: view.y - event.deltaY })
    else
      zoom(
        Math.exp(-Math.max(-100, Math.min(100, event.deltaY * lines)) * (event.ctrlKey ? 0.01 : 0.002)),
        event.clientX,
        event.clientY,
      )
  },
  { passive: false },
)

const schemes = { auto: '◐', light: '☀', dark: '☾' }
const actions = {
  in: () => zoom(1.25),
  out: () => zoom(0.8),
  fit: () => fitIn(),
  save,
  scheme: (button) => {
    const names = Object.keys(schemes)
    const name = names[(names.indexOf(root.dataset.scheme) + 1) % names.length]
    root.dataset.scheme = name
    button.textContent = schemes[name]
    button.title = `Colours: ${name}`
  },
}
for (const button of document.querySelectorAll('header button')) {
  button.onclick = () => actions[button.dataset.does](button)
}

addEventListener('keydown', (event) => {
  if (event.key === 'Escape') {
    search.value = ''
    look()
    search.blur()
  } else if (event.target !== search && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const act = { '+': actions.in, '=': actions.in, '-': actions.out, 0: actions.fit }[event.key]
    if (event.key === '/') search.focus()
    else if (act) act()
    else return
    event.preventDefault()
  }
})

fitIn()
const asked = data.tables.find((table) => table.name === decodeURIComponent(location.hash.slice(1)))
if (asked) goTo(asked.id)
