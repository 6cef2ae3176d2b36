// The certificate of a run, on paper: what was listed, what became of it, the hashes, and how anybody checks that.

import { byId, h, icon, setHidden, setText } from './dom.js';
import { get } from './api.js';
import { bytes, count, duration, exact, instant, plural, visible } from './format.js';
import { checks, plus, proofs, sumOf, SUMS } from './certificate-words.js';
import { runAddress, triggerName } from './results.js';
import { startShell } from './shell.js';
import { toast } from './toast.js';

const runId = decodeURIComponent(location.pathname.split('/').at(-2));
const sheet = byId('sheet');

async function load() {
  try {
    const run = await get(`/api/backup/runs/${encodeURIComponent(runId)}`);
    if (!run.snapshot) return none('This run has no certificate', run.result === 'running' ? 'It is still under way: a run gets its certificate when it commits.' : 'It made no snapshot, so there is nothing to certify.');
    show(run, await get(`/api/snapshots/${encodeURIComponent(run.snapshot)}`));
  } catch (error) {
    none(error.status === 404 ? 'There is no certificate any more' : 'The certificate cannot be shown',
      error.status === 404 ? 'The run is not in the history, or its snapshot has been removed since.' : error.message);
  }
}

function none(title, words) {
  sheet.replaceChildren(h('div', { class: 'empty' }, h('strong', {}, title), words));
}

function show(run, snapshot) {
  const { certificate } = snapshot;
  if (!certificate) return none('This snapshot has no certificate', snapshot.words);
  const made = certificate.run_id === run.run_id;
  document.title = `Certificate ${snapshot.name} · HubStorage`;
  setHidden(byId('print'), false);
  const totals = certificate.buckets.map((bucket) => bucket.counts).reduce(plus);
  const files = certificate.buckets.reduce((sum, { files: own }) => ({ objects: sum.objects + own.objects, bytes: sum.bytes + own.bytes }), { objects: 0, bytes: 0 });
  sheet.replaceChildren(...[
    head(snapshot, certificate, files),
    made ? null : h('p', { class: 'said' }, `The run of ${exact(instant(run.started_at))} found nothing new in S3: this snapshot, made before, was still current.`),
    snapshot.problems.length > 0 ? h('div', { class: 'problems' }, h('strong', {}, 'This certificate does not add up'), h('ul', {}, snapshot.problems.map((problem) => h('li', {}, visible(problem))))) : null,
    section('Object summary', h('div', { class: 'sums' }, SUMS.map((sum) => equation(sumOf(sum, totals, files))))),
    section('By bucket', bucketTable(certificate)),
    certificate.causes?.length > 0 ? section('What failed', failures(certificate)) : null,
    section('How the content was proven on arrival', proofTable(certificate)),
    section('Check it yourself', h('p', {}, 'With bash, sha256sum, zstd and jq, and nothing of HubStorage. Each command prints what is wrong, and nothing where all is right.'),
      h('ol', { class: 'checks' }, checks(snapshot).map(check))),
    h('p', { class: 'colophon' }, `HubStorage ${visible(certificate.hubstorage_version)} · format ${certificate.format} · run ${visible(certificate.run_id)} · shown ${exact(Date.now())}`),
  ].filter(Boolean));
}

function head(snapshot, certificate, files) {
  const began = instant(certificate.started_at);
  const took = instant(certificate.finished_at) - began;
  const good = certificate.result === 'success';
  const facts = [
    ['Snapshot', h('code', {}, snapshot.name)],
    ['Folder', h('code', {}, visible(snapshot.path))],
    ['Taken', `${exact(began)}, in ${duration(took)}`],
    ['Source', certificate.endpoint ? visible(certificate.endpoint) : 'Amazon S3'],
    ['Holds', `${plural(files.objects, 'file')}, ${bytes(files.bytes)}, of ${plural(certificate.buckets.length, 'bucket')}`],
    ['Compared with', certificate.previous ? h('code', {}, certificate.previous) : 'nothing: it is the first one'],
    ['Started by', triggerName(certificate.trigger)],
    ['SHA-256 of run.json', h('code', { class: 'hash' }, snapshot.certificate_sha256)],
  ];
  return h('header', { class: 'sheet-head' },
    h('div', { class: 'sheet-title' }, h('p', {}, 'HubStorage'), h('h1', {}, 'Backup certificate')),
    h('p', { class: 'verdict', data: { tone: good ? 'good' : 'warn' } }, icon(good ? 'check' : 'alert'),
      good ? 'Every object that S3 listed is accounted for, to the byte.' : 'Every object that S3 listed is accounted for; some could not be copied, and are named below.'),
    h('dl', {}, facts.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)])));
}

function section(title, ...content) {
  return h('section', {}, h('h2', {}, title), content);
}

/** A sum, written down as one adds by hand. */
function equation({ whole, parts, adds }) {
  return h('table', { class: 'sum' },
    h('tbody', {}, parts.map((part, index) => h('tr', {}, h('th', { scope: 'row' }, index === 0 ? '' : '+ ', part.label), h('td', {}, count(part.objects)), h('td', {}, `${count(part.bytes)} B`)))),
    h('tfoot', {}, h('tr', {}, h('th', { scope: 'row' }, `= ${whole.label}`), h('td', {}, count(whole.objects)), h('td', {}, `${count(whole.bytes)} B ${adds ? '✓' : '✗'}`))));
}

function bucketTable({ buckets }) {
  return h('div', { class: 'sideways', tabindex: '0', role: 'region', 'aria-label': 'By bucket' }, h('table', { class: 'grid' },
    h('thead', {}, h('tr', {}, ['Bucket', 'Listed', 'Unchanged', 'Downloaded', 'Other', 'Failed', 'In the snapshot'].map((name) => h('th', { scope: 'col' }, name)))),
    h('tbody', {}, buckets.map((bucket) => [
      h('tr', {},
        h('th', { scope: 'row' }, visible(bucket.name), bucket.prefix ? h('small', {}, ` below ${visible(bucket.prefix)}`) : '', bucket.left_out ? h('small', {}, ' as before') : bucket.listing.complete ? '' : h('small', {}, ' not listed to its end')),
        [bucket.counts.listed, bucket.counts.linked, bucket.counts.downloaded, other(bucket.counts), bucket.counts.failed, bucket.files].map((tally) => h('td', { title: `${count(tally.bytes)} B` }, count(tally.objects)))),
      bucket.manifest ? h('tr', { class: 'hashes' }, h('td', { colspan: 7 }, 'manifest ', h('code', { class: 'hash' }, bucket.manifest.sha256))) : null,
    ]).flat().filter(Boolean))));
}

function other({ filtered, archived, vanished, carried, kept }) {
  return [filtered, archived, vanished, carried, kept].reduce((sum, tally) => ({ objects: sum.objects + tally.objects, bytes: sum.bytes + tally.bytes }), { objects: 0, bytes: 0 });
}

function failures({ buckets, causes }) {
  return [h('ul', { class: 'failed' }, causes.map((cause) => h('li', {}, h('strong', {}, `${cause.title}: ${cause.objects > 0 ? plural(cause.objects, 'object') : plural(cause.buckets.length, 'bucket')}`), ` ${cause.advice}`,
    h('ul', {}, cause.examples.map((example) => h('li', {}, h('code', {}, visible([example.bucket, example.key].filter((each) => each != null).join('/'))))))))),
  h('p', {}, 'Each one is named in ', buckets.filter((bucket) => bucket.failures_file).map((bucket, index) => [index > 0 ? ', ' : '', h('code', {}, visible(bucket.failures_file))]).flat(), '.')];
}

function proofTable({ verified }) {
  return h('table', { class: 'sum' }, h('tbody', {}, proofs(verified).map(({ word, objects, bytes: size }) => h('tr', {}, h('th', { scope: 'row' }, word), h('td', {}, objects), h('td', {}, size)))));
}

function check({ title, proves, command }) {
  const copy = h('button', { type: 'button', class: 'button small copy', onclick: async () => {
    try {
      await navigator.clipboard.writeText(command);
      toast('Copied', '', 'good');
    } catch {
      getSelection().selectAllChildren(text);
    }
  } }, 'Copy');
  const text = h('pre', { tabindex: '0' }, command);
  return h('li', {}, h('strong', {}, title), h('p', {}, proves), h('div', { class: 'command' }, text, copy));
}

byId('print').addEventListener('click', () => print());
byId('back').href = runAddress(runId);
setText(byId('trail-run'), runId);
startShell({ history: 1 });
load();
