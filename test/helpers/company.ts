/**
 * The database of a company, for pictures of any size: each table with what it refers to, `?` where that may be
 * missing, `!` where it is unique (one to one), `@` where it belongs to the primary key. Refers only to the left.
 */
const tables = `
organizations
users organizations
teams organizations
team_members @teams @users
roles organizations
role_grants @roles @users
sessions users
api_keys organizations users?
profiles !users
invitations organizations users roles?
countries
currencies
customers organizations countries? users?
contacts customers
addresses customers countries
categories categories?
products organizations categories
product_variants products
prices product_variants currencies
carts customers?
cart_items @carts @product_variants
orders customers addresses? currencies
order_items orders product_variants
payments orders currencies
refunds payments users?
invoices !orders customers
invoice_lines invoices order_items?
shipments orders addresses
shipment_items @shipments @order_items
carriers
tracking_events shipments carriers?
warehouses addresses?
bins warehouses
stock_levels @bins @product_variants
stock_moves product_variants bins? users?
suppliers countries?
supplier_products @suppliers @products
purchase_orders suppliers warehouses
purchase_lines purchase_orders product_variants
receipts purchase_orders users?
plans
plan_features plans
subscriptions organizations plans
subscription_events subscriptions
usage_records subscriptions
coupons currencies?
coupon_uses @coupons @orders
reviews products customers
review_votes @reviews @users
wishlists customers
wishlist_items @wishlists @products
tickets customers? users?
ticket_messages tickets users?
ticket_tags
ticket_taggings @tickets @ticket_tags
macros organizations
departments organizations departments?
employees !users departments
positions departments
employments employees positions
leave_types
leave_requests employees leave_types users?
timesheets employees
timesheet_entries timesheets projects?
projects organizations customers?
milestones projects
tasks projects milestones? users? tasks?
task_comments tasks users
task_watchers @tasks @users
labels organizations
task_labels @tasks @labels
attachments tasks? users
pages organizations users?
page_versions pages users
page_links @pages
menus
menu_items menus menu_items? pages?
media users?
media_variants media
blog_posts users media?
blog_tags
blog_post_tags @blog_posts @blog_tags
comments blog_posts users? comments?
newsletters
newsletter_issues newsletters
newsletter_sends newsletter_issues contacts?
audit_events
feature_flags
feature_overrides @feature_flags @organizations
webhooks organizations
webhook_deliveries webhooks
jobs
job_runs jobs
ledgers organizations currencies
accounts ledgers accounts?
journal_entries ledgers
journal_lines journal_entries accounts
tax_rates countries
tax_exemptions @tax_rates @customers
exchange_rates @currencies
`
  .trim()
  .split('\n')
  .map((line) => line.split(' ') as [string, ...string[]])

const columns = [
  'name text NOT NULL',
  'status text',
  "state mood NOT NULL DEFAULT 'open'",
  'amount numeric(12,2) NOT NULL DEFAULT 0',
  'description text',
  'created_at timestamptz NOT NULL DEFAULT now()',
  'updated_at timestamptz',
  'is_active boolean NOT NULL DEFAULT true',
  'settings jsonb NOT NULL',
  'code varchar(20) UNIQUE',
  'position integer',
  'starts_on date',
  'ends_on date',
]

/** SQL that makes the first so many of the company's hundred tables. */
export function companySql(count: number): string {
  const made = tables.slice(0, count).map(([name]) => name)
  return [
    "CREATE TYPE mood AS ENUM ('open', 'closed');",
    ...tables.slice(0, count).map(([name, ...references], i) => tableSql(name, references, i)),
    ...tables.slice(0, count).flatMap(([name, ...references]) =>
      references
        .map(targetOf)
        .filter((target) => made.includes(target))
        .map((target) => foreignKeySql(name, target)),
    ),
  ].join('\n')
}

const targetOf = (reference: string) => reference.replace(/[?!@]/g, '')
const singular = (table: string) => table.replace(/ies$|sses$|s$/, (end) => ({ ies: 'y', sses: 'ss' })[end] ?? '')
const columnFor = (target: string, table: string) => (target === table ? 'parent_id' : `${singular(target)}_id`)

function tableSql(name: string, references: readonly string[], i: number): string {
  const keys = references.filter((reference) => reference.startsWith('@')).map((one) => columnFor(targetOf(one), name))
  const own = columns.filter((_, at) => (i * 7 + at * 5) % 13 < 2 + (i % 8))
  const lines = [
    ...(keys.length === 0 ? ['id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY'] : []),
    ...references.map((one) => {
      const column = `${columnFor(targetOf(one), name)} bigint`
      return one.endsWith('?') ? column : `${column} NOT NULL${one.startsWith('!') ? ' UNIQUE' : ''}`
    }),
    ...own,
    ...(keys.length === 0 ? [] : [`PRIMARY KEY (${keys.join(', ')})`]),
  ]
  const comment = i % 5 === 0 ? `\nCOMMENT ON TABLE ${name} IS 'What the company keeps of its ${name}';` : ''
  return `CREATE TABLE ${name} (${lines.join(', ')});${comment}`
}

function foreignKeySql(name: string, target: string): string {
  const column = columnFor(target, name)
  return `ALTER TABLE ${name} ADD FOREIGN KEY (${column}) REFERENCES ${target} ON DELETE CASCADE;`
}
