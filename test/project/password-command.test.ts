import { expect, test } from 'vitest'
import { PasswordCommand } from '../../src/project/password-command.ts'

const command = (text: string, patienceMs: number) =>
  new PasswordCommand(text, 'NSELF_PASSWORD_COMMAND in .env.prod', () => {}, patienceMs)

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
