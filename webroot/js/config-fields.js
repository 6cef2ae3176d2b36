// What the form shows: every known member of config.json, in sections. The server validates; this only words and places.

export const SECTIONS = [
  {
    title: 'Buckets',
    lead: 'What is backed up. A prefix limits a bucket to the keys that begin with it.',
    fields: [
      { path: 'use_dynamic_buckets', kind: 'switch', label: 'Every bucket of the account', initial: false,
        help: 'Buckets are found anew before each run; the list below is then not used.' },
      { path: 's3_buckets', kind: 'buckets', label: 'Chosen buckets', initial: [] },
      { path: 'sync_options.request_payer', kind: 'switch', label: 'Pay for requests', initial: false,
        help: 'Buckets of others may demand that whoever reads them pays (requester pays).' },
      { path: 'transfer.max_concurrent_requests', kind: 'number', label: 'Read at the same time, at most', initial: 256, unit: 'objects',
        help: 'Fewer are read where the server answers slowly. Lower this to spare a server that other things depend on.' },
    ],
  },
  {
    title: 'What is copied',
    id: 'copied',
    lead: 'Patterns work as with the AWS CLI: excludes first, then includes, the last match wins, and * also matches /.',
    fields: [
      { path: 'sync_options.exclude_patterns', kind: 'list', label: 'Exclude', initial: [], placeholder: '*.tmp', add: 'Add exclude' },
      { path: 'sync_options.include_patterns', kind: 'list', label: 'Include again', initial: [], placeholder: 'keep/*.tmp', add: 'Add include' },
      { path: 'sync_options.delete', kind: 'switch', label: 'Follow deletions', initial: true,
        help: 'On: what is gone from S3 is absent from the next snapshot; earlier snapshots still hold it. Off: it is carried on.' },
    ],
  },
  {
    title: 'Schedule',
    lead: 'When backups run by themselves, and how often a run is tried again when something failed.',
    fields: [
      { path: 'automation.enabled', kind: 'switch', label: 'Run on schedule', initial: true },
      { path: 'automation.cron', kind: 'schedule', label: 'When', initial: null },
      { path: 'automation.max_retries', kind: 'number', label: 'Further attempts', initial: 3, unit: 'after the first' },
      { path: 'automation.retry_delay_minutes', kind: 'number', label: 'Wait between attempts', initial: 5, unit: 'minutes' },
    ],
  },
  {
    title: 'Guards',
    lead: 'When a result looks too strange to be taken as it is.',
    fields: [
      { path: 'guards.max_shrink_percent', kind: 'number', label: 'Alarm when a bucket shrinks by more than', initial: 50, unit: 'percent' },
      { path: 'verify.presence_hours', kind: 'number', label: 'Check that every file is still there', initial: 24, unit: 'hours apart',
        help: 'Every run looks at the files of the newest snapshot, and fetches again what is missing or was changed. Only a disk where that takes long waits this long.' },
    ],
  },
  {
    title: 'Logging',
    lead: 'Lines are written to rotated files and shown on the Logs page. The level changes at once.',
    fields: [
      { path: 'logging.level', kind: 'choice', label: 'Level', initial: 'INFO', choices: ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] },
      { path: 'logging.file', kind: 'text', label: 'File', initial: null, placeholder: 'status.log', lockPart: 'log_path',
        help: 'A name that ends in .log. Empty means status.log.' },
      { path: 'logging.max_size_mb', kind: 'number', label: 'Start a new file at', initial: 10, unit: 'MB' },
      { path: 'logging.backup_count', kind: 'number', label: 'Keep older files', initial: 5, unit: 'files' },
    ],
  },
  {
    title: 'Advanced',
    lead: 'Kept for old configurations. Storage class and encryption are not used yet: they are for what a restore will write to S3, not for backups.',
    fields: [
      { path: 'local_base_path', kind: 'text', label: 'Data folder', initial: null, lock: 'data_path', byHand: 'HUBSTORAGE_DATA_PATH' },
      { path: 'aws_profile', kind: 'text', label: 'AWS profile', initial: null, byHand: 'AWS_PROFILE' },
      { path: 'sync_options.storage_class', kind: 'text', label: 'Storage class', initial: null, placeholder: 'STANDARD' },
      { path: 'sync_options.sse', kind: 'switch', label: 'Server-side encryption', initial: false },
    ],
  },
];

/** What the environment may fix: the name in `locked`, how it is called, and the variable that fixes it. */
export const LOCKS = {
  data_path: ['Data folder', 'HUBSTORAGE_DATA_PATH'],
  log_path: ['Log folder', 'HUBSTORAGE_LOG_PATH'],
  config_path: ['Configuration file', 'HUBSTORAGE_CONFIG_PATH'],
  web_host: ['Web host', 'HUBSTORAGE_WEB_HOST'],
  web_port: ['Web port', 'HUBSTORAGE_WEB_PORT'],
  endpoint: ['S3 endpoint', 'AWS_ENDPOINT_URL'],
  region: ['Region', 'AWS_REGION'],
};
