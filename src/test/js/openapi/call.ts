// Backs up once through the client that openapi-typescript made from openapi.yaml; every body is typed by the contract.
// Usage: node call.js http://127.0.0.1:5002 [token]; prints the finished run's record.
import createClient from 'openapi-fetch';
import type { paths } from './schema.js';

const [baseUrl, token] = process.argv.slice(2);
const client = createClient<paths>({
  baseUrl,
  headers: token ? { Authorization: `Bearer ${token}` } : {},
});

const status = await client.GET('/api/status');
if (!status.data) throw new Error(status.error.detail);
console.error(`${status.data.health.state}: ${status.data.health.sentence}`);

const started = await client.POST('/api/backup/run', { body: { dry_run: false } });
if (!started.data) throw new Error(started.error.detail);
const runId: string = started.data.run_id;

for (let i = 0; i < 300; i += 1) {
  const found = await client.GET('/api/backup/runs/{run_id}', { params: { path: { run_id: runId } } });
  if (found.data?.finished_at) {
    console.log(JSON.stringify(found.data));
    process.exit(0);
  }
  await new Promise((resolve) => { setTimeout(resolve, 200); });
}
throw new Error(`the run ${runId} did not finish`);
