import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { companySql } from '../helpers/company.ts'
import { type Project, useServer } from '../helpers/project.ts'

const server = useServer()
let browser: Browser
let address = ''
let project: Project

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
  project = await server.project({})
  await project.query(companySql(100))
  await project.query(`COMMENT ON COLUMN users.code IS '</script><script>document.title = "taken over"</script>'`)
  await project.ok('db', 'schema', 'diagram', '--format', 'html', '--output', 'schema.html')
  await project.ok('db', 'schema', 'diagram', '--format', 'svg', '--output', 'schema.svg')
  await copyFile(join(project.root, 'schema.html'), join(project.root, 'arranged.html'))
  address = pathToFileURL(join(project.root, 'schema.html')).href
})

afterAll(() => browser?.close())

/** A reader who has the page open; what the page complained about and asked of the network is collected. */
async function open(url = address, colorScheme: 'light' | 'dark' = 'light') {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 }, colorScheme })
  onTestFinished(() => page.close())
  const faults: string[] = []
  const requests: string[] = []
  page.on('console', (message) => faults.push(message.text()))
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('request', (request) => requests.push(request.url().slice(0, 40)))
  await page.goto(url)
  return { page, faults, requests }
}

/** Of a table: where it is on the screen. */
async function placeOf(page: Page, table: string) {
  const box = await page
    .locator('.box')
    .filter({ has: page.getByText(table, { exact: true }) })
    .first()
    .boundingBox()
  expect(box, table).not.toBeNull()
  return box as { x: number; y: number; width: number; height: number }
}

const litTables = (page: Page) =>
  page.locator('.box.lit .title').evaluateAll((titles) => titles.map((title) => title.textContent).sort())

test('shows every table and line inside the window, without an error and without the network', async () => {
  const { page, faults, requests } = await open()
  expect(await page.locator('.box').count()).toBe(100)
  expect(await page.locator('.link').count()).toBe(151)
  const outside = await page.locator('.box').evaluateAll((boxes) =>
    boxes.filter((box) => {
      const { left, top, right, bottom } = box.getBoundingClientRect()
      return left < 0 || top < 0 || right > 1400 || bottom > 900
    }),
  )
  expect(outside).toEqual([])
  expect(await page.title()).toMatch(/^test_1$/)
  expect(faults).toEqual([])
  expect(requests.filter((url) => !url.startsWith('file:') && !url.startsWith('data:'))).toEqual([])
})

/** Drags from one point of the screen to another. */
async function drag(page: Page, from: { x: number; y: number }, by: { x: number; y: number }) {
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(from.x + by.x, from.y + by.y, { steps: 5 })
  await page.mouse.up()
}

test('a drag of the paper moves the picture, and chooses nothing', async () => {
  const { page } = await open()
  const before = await placeOf(page, 'users')
  await drag(page, { x: 700, y: 895 }, { x: 100, y: -50 })
  const after = await placeOf(page, 'users')
  expect(after.x - before.x).toBeCloseTo(100, 0)
  expect(after.y - before.y).toBeCloseTo(-50, 0)
  expect(await page.locator('aside').isHidden()).toBe(true)
})

test('a table that is dragged takes its lines along, and the file that is saved keeps it there', async () => {
  const { page, faults } = await open(address.replace('schema.html', 'arranged.html'))
  const before = await placeOf(page, 'plans')
  const other = await placeOf(page, 'users')
  const ends = () =>
    page.locator('.link .end.parent').evaluateAll((all) => all.map((end) => end.getAttribute('transform')))
  const endsBefore = await ends()
  await drag(page, { x: before.x + 5, y: before.y + 5 }, { x: 60, y: 40 })
  const after = await placeOf(page, 'plans')
  expect([after.x - before.x, after.y - before.y].map(Math.round)).toEqual([60, 40])
  expect(await placeOf(page, 'users')).toEqual(other)
  expect(await ends()).not.toEqual(endsBefore)
  const download = page.waitForEvent('download')
  await page.getByText('Save').click()
  const file = await download
  expect(file.suggestedFilename()).toBe('arranged.html')
  const place = (text: string) => /"key":"[^"]*plans[^}]*?"x":([-\d.]+),"y":([-\d.]+)/.exec(text)?.slice(1)
  const saved = await readFile(await file.path(), 'utf8')
  expect(saved).toContain('"moved":true')
  await writeFile(join(project.root, 'arranged.html'), saved)
  await project.query('CREATE TABLE newcomers (id bigint PRIMARY KEY, plan_id bigint REFERENCES plans (id))')
  onTestFinished(async () => void (await project.query('DROP TABLE newcomers')))
  await project.ok('db', 'schema', 'diagram', '--output', 'arranged.html')
  const written = await readFile(join(project.root, 'arranged.html'), 'utf8')
  expect(place(written)).toEqual(place(saved))
  const again = await open(address.replace('schema.html', 'arranged.html'))
  expect(await again.page.locator('.box').count()).toBe(101)
  expect([...faults, ...again.faults]).toEqual([])
})

test('the wheel zooms around the pointer, the buttons around the middle, Fit shows everything again', async () => {
  const { page } = await open()
  const start = await placeOf(page, 'users')
  await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2)
  await page.mouse.wheel(0, -500)
  const near = await placeOf(page, 'users')
  expect(near.width).toBeGreaterThan(start.width * 1.2)
  expect(near.x + near.width / 2).toBeCloseTo(start.x + start.width / 2, 0)
  await page.getByTitle('Zoom out').click()
  expect((await placeOf(page, 'users')).width).toBeCloseTo(near.width * 0.8, 1)
  await page.keyboard.press('+')
  expect((await placeOf(page, 'users')).width).toBeCloseTo(near.width, 1)
  await page.getByText('Fit').click()
  expect((await placeOf(page, 'users')).width).toBeCloseTo(start.width, 1)
})

test('from afar only names are shown, and columns from near', async () => {
  const { page } = await open()
  const far = page.locator('.box .far').first()
  expect(await far.isVisible()).toBe(true)
  for (let i = 0; i < 6; i++) await page.getByTitle('Zoom in').click()
  expect(await far.isVisible()).toBe(false)
})

test('search dims what does not have the text, and Enter goes to the next that has', async () => {
  const { page } = await open()
  await page.keyboard.press('/')
  await page.keyboard.type('ticket_tag')
  expect(await litTables(page)).toEqual(['ticket_taggings', 'ticket_tags'])
  expect(await page.locator('#found').textContent()).toBe('2 found')
  await page.keyboard.press('Enter')
  const first = await page.locator('aside h2').textContent()
  await page.keyboard.press('Enter')
  expect([first, await page.locator('aside h2').textContent()].sort()).toEqual(['ticket_taggings', 'ticket_tags'])
  expect((await placeOf(page, 'ticket_tags')).width).toBeGreaterThan(150)
  await page.keyboard.press('Escape')
  expect(await page.locator('.erd.chosen').count()).toBe(0)
  await page.keyboard.press('/')
  await page.keyboard.type('nothing like it')
  expect(await litTables(page)).toEqual([])
})

test('a click lights a table, its lines and its neighbours; its panel leads to them', async () => {
  const { page, faults } = await open()
  const { x, y, width, height } = await placeOf(page, 'subscriptions')
  await page.mouse.click(x + width / 2, y + height / 2)
  await expect(page.locator('aside .key').allTextContents()).resolves.toContain('FK')
  const neighbours = ['organizations', 'plans', 'subscription_events', 'subscriptions', 'usage_records']
  expect(await litTables(page)).toEqual(neighbours)
  expect(await page.locator('.link.lit').count()).toBe(4)
  await page.locator('aside button', { hasText: 'plans' }).click()
  expect(await page.locator('aside h2').textContent()).toBe('plans')
  expect(page.url()).toMatch(/#plans$/)
  await page.getByTitle('Close').click()
  expect(await page.locator('aside').isHidden()).toBe(true)
  expect(faults).toEqual([])
})

test('a link with the name of a table opens it there, and what a comment says is only text', async () => {
  const { page, faults } = await open(`${address}#users`)
  expect(await page.locator('aside h2').textContent()).toBe('users')
  expect(await page.locator('aside').textContent()).toContain('<script>document.title')
  expect(await page.title()).toMatch(/^test_1$/)
  expect(faults).toEqual([])
})

test('light and dark follow the system, and the button overrides it', async () => {
  const background = (page: Page) => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
  const { page: light } = await open()
  const { page: dark } = await open(address, 'dark')
  const [bright, dim] = [await background(light), await background(dark)]
  expect(bright).not.toBe(dim)
  const button = dark.getByTitle('Colours')
  await button.click()
  expect(await background(dark)).toBe(bright)
  await button.click()
  expect(await background(dark)).toBe(dim)
  const paper = (page: Page) => page.evaluate<string>("getComputedStyle(document.querySelector('.paper')).fill")
  const svg = address.replace('.html', '.svg')
  expect(await paper((await open(svg)).page)).not.toBe(await paper((await open(svg, 'dark')).page))
})
