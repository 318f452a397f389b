import { expect, test } from 'vitest'
import { connectionError } from '../../src/postgres/driver/connection-error.ts'
import { PasswordCommand } from '../../src/project/password-command.ts'

const command = (text: string, patienceMs: number) =>
  new PasswordCommand(text, 'NSELF_PASSWORD_COMMAND in .env.prod', () => {}, null, patienceMs)

test.each([
  ['hangs', 'exec sleep 60'],
  ['leaves something behind that hangs', 'sleep 5; echo never'],
  ['waits for an answer that nobody can give', 'cat; exec sleep 60'],
])('a password command that %s is ended, and said to be too slow', async (_, text) => {
  await expect(command(text, 50).read()).rejects.toMatchObject({
    code: 'configuration',
    message: 'the command of NSELF_PASSWORD_COMMAND in .env.prod did not end within 0.05 s',
    hint: expect.stringContaining('run it by hand'),
  })
})

test('one that ends in time prints the password, and runs again only when it is forgotten', async () => {
  const counting = command('echo "token-$$"', 30_000)
  const first = await counting.read()
  expect(await counting.read()).toBe(first)
  counting.forget()
  expect(await counting.read()).not.toBe(first)
})

test.each([
  ['a NUL', "printf 'a\\000b'", 'printed bytes that are not text'],
  ['what is no UTF-8', "printf '\\377\\376'", 'printed bytes that are not text'],
  ['without an end', 'yes hidden', 'printed more than 64 kB'],
])('a password command that prints %s is told by what it did', async (_, text, message) => {
  const read = command(text, 30_000).read()
  await expect(read).rejects.toMatchObject({ message: expect.stringContaining(`${message} in place of a password`) })
})

test('a password command that is running when the person interrupts is ended', async () => {
  const interruption = new AbortController()
  const running = new PasswordCommand('exec sleep 60', 'NSELF_PASSWORD_COMMAND', () => {}, interruption.signal).read()
  interruption.abort('SIGTERM')
  await expect(running).rejects.toMatchObject({
    code: 'terminated',
    message: 'interrupted while the command of NSELF_PASSWORD_COMMAND was running',
  })
})

test('where the server refuses what the command prints, the message leads to the command', () => {
  const passwordSource = command('echo wrong', 30_000)
  const server = {
    host: 'localhost',
    port: 5432,
    user: 'app',
    password: '',
    database: 'shop',
    link: { passwordSource },
  }
  const refused = Object.assign(new Error('password authentication failed for user "app"'), { code: '28P01' })
  expect(connectionError(refused, server).hint).toContain(
    'that the command of NSELF_PASSWORD_COMMAND in .env.prod prints',
  )
})
