/** What git is not to keep: servers' passwords, the embedded server, backups. The examples it is. */
export const ignoredLines = ['.nself/', '_backups/', '.env', '.env.*', '!.env*.example', '.secrets']

/** Files to copy, by name. */
export const envExamples: Readonly<Record<string, string>> = {
  '.env.example': `# Copy to .env: what all environments share. Lines are NAME=value; nothing in them is expanded.
# Read are .env and .env.dev, then .env.local, .env.staging, or .env.prod and .secrets; later files win.
# nself env shows which value came from where.

# Without one of these, local uses a PostgreSQL that nself runs in .nself.
# DATABASE_URL=postgresql://postgres:postgres@localhost:5432/shop

# NSELF_MIGRATIONS_DIR=nself/migrations
# NSELF_SEEDS_DIR=nself/seeds
`,
  '.env.staging.example': `# Copy to .env.staging.
POSTGRES_HOST=staging.example.com
POSTGRES_USER=shop
POSTGRES_DB=shop
PGSSLMODE=verify-full
# Better set where the command runs than written here.
# POSTGRES_PASSWORD=
`,
  '.env.prod.example': `# Copy to .env.prod: where production is. Its password belongs in .secrets (chmod 600), as POSTGRES_PASSWORD='…'.
POSTGRES_HOST=db.example.com
POSTGRES_USER=shop
POSTGRES_DB=shop
PGSSLMODE=verify-full
`,
}
