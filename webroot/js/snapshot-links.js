// Addresses of what a snapshot holds.

import { url } from './dom.js';
import { format } from './place.js';
import { format as formatRequest } from './restore-request.js';

/** Longer ones servers and proxies may refuse. */
const MOST_ADDRESS = 6000;

function address(snapshot, what, params) {
  return `/api/snapshots/${encodeURIComponent(snapshot)}/${what}?${new URLSearchParams(params)}`;
}

/** For `get`, which adds the base path itself. */
export function question(snapshot, what, params) {
  return address(snapshot, what, params);
}

export function fileUrl(snapshot, bucket, key) {
  return url(address(snapshot, 'file', { bucket, key }));
}

export function imageUrl(snapshot, bucket, key) {
  return url(address(snapshot, 'image', { bucket, key }));
}

export function zipUrl(snapshot, bucket, prefix) {
  return url(address(snapshot, 'zip', prefix ? { bucket, prefix } : { bucket }));
}

/** An archive of some files and folders; null where an address cannot name them all. */
export function zipOfUrl(snapshot, bucket, { keys, prefixes }) {
  const params = new URLSearchParams([['bucket', bucket], ...prefixes.map((prefix) => ['prefix', prefix]), ...keys.map((key) => ['key', key])]);
  const text = String(params);
  return text.length > MOST_ADDRESS ? null : url(`/api/snapshots/${encodeURIComponent(snapshot)}/zip?${text}`);
}

export function placeUrl(place) {
  return url(`/files${format(place)}`);
}

/** The form that restores what a request names. */
export function restoreUrl(request) {
  return url(`/restore${formatRequest(request)}`);
}

/** The page of a restore. */
export function restorePage(id) {
  return url(`/restores/${encodeURIComponent(id)}`);
}
