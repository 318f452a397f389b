/** Extensions whose functions reach other servers or files: in a replay nobody may call them. */
export const reaching: readonly string[] = [
  'dblink',
  'http',
  'pg_net',
  'pg_cron',
  'pg_background',
  'aws_s3',
  'aws_lambda',
  'adminpack',
  'plsh',
]
