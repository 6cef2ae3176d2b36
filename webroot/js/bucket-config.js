// A bucket in the configuration: whether it is backed up, how it is added and taken out. Pure.

import { bucketCalled, bucketList, bucketName, bucketRows, write } from './config-model.js';

/** Whether every bucket that the accounts have is backed up, so that none is added or taken out. */
export function coversAll(config) {
  return config.use_dynamic_buckets === true || bucketRows(config.s3_buckets).some(({ name }) => name === '*');
}

/** Whether this one is backed up by its name. */
export function names(config, bucket) {
  return bucketRows(config.s3_buckets).some((row) => bucketName(row) === bucket);
}

/** The configuration with these buckets, each once. */
export function withBuckets(config, added) {
  const rows = bucketRows(config.s3_buckets);
  const known = new Set(rows.map(bucketName));
  const further = added.filter((name) => !known.has(name)).map((name) => ({ ...bucketCalled(name), prefix: '' }));
  return write(config, 's3_buckets', bucketList([...rows.filter((row) => row.name !== ''), ...further]));
}

/** The configuration without this bucket, which no schedule names any more; one that is left with none is gone. */
export function withoutBucket(config, bucket) {
  const less = write(config, 's3_buckets', bucketList(bucketRows(config.s3_buckets).filter((row) => bucketName(row) !== bucket)));
  const schedules = config.automation?.schedules;
  if (!schedules?.some((each) => each.buckets.includes(bucket))) return less;
  return write(less, 'automation.schedules', schedules
    .map((each) => ({ ...each, buckets: each.buckets.filter((name) => name !== bucket) }))
    .filter((each) => each.buckets.length > 0));
}

/** What decides which of its objects are copied: `{prefix, exclude, include}`. */
export function filtersOf(config, bucket) {
  const row = bucketRows(config.s3_buckets).find((each) => bucketName(each) === bucket);
  return { prefix: row?.prefix ?? '', exclude: config.sync_options?.exclude_patterns ?? [], include: config.sync_options?.include_patterns ?? [] };
}

/** The account that it is of: `{name, endpoint, region}`; what is null is as the environment says. */
export function accountOf({ config, locked }, bucket) {
  const { account = null } = bucketCalled(bucket);
  const settings = account ? config.accounts?.[account] ?? {} : {};
  return { name: account, endpoint: settings.endpoint ?? (account ? null : locked?.endpoint ?? null), region: settings.region ?? (account ? null : locked?.region ?? null) };
}
