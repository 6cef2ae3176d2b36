// Starts a backup over the event-bus bridge and follows it to its end, with the standard Vert.x client.
// Usage: node follow.js http://127.0.0.1:5002/eventbus ["Bearer <token>" | "Basic <base64 of x:password>"]
// Prints one JSON line for each thing that happens; exits 0 once the run has finished.
'use strict';

const EventBus = require('@vertx/eventbus-bridge-client.js');

const address = process.argv[2];
const timeout = setTimeout(() => fail('the run did not finish in time'), 60_000);
const authorization = process.argv[3];
// In Node, of SockJS's transports only the WebSocket can carry a header.
const bus = new EventBus(address, authorization ? {
  transports: ['websocket'],
  transportOptions: { websocket: { headers: { Authorization: authorization } } },
} : {});

function tell(what, detail) {
  process.stdout.write(`${JSON.stringify({ what, ...detail })}\n`);
}

function fail(reason) {
  tell('failed', { reason });
  process.exit(1);
}

bus.onerror = (error) => tell('error', { body: error.body, type: error.type });

bus.onopen = () => {
  let run = null;
  const early = [];
  const finished = (record) => {
    if (record.run_id !== run) return;
    tell('finished', { run_id: record.run_id, result: record.result });
    clearTimeout(timeout);
    bus.close();
  };
  bus.registerHandler('hubstorage.backup.started', (error, message) => {
    if (error) fail(JSON.stringify(error));
    tell('started', { run_id: message.body.run_id });
  });
  bus.registerHandler('hubstorage.backup.progress', (error, message) => {
    if (error) fail(JSON.stringify(error));
    tell('progress', { run_id: message.body.run_id, objects: message.body.totals.downloaded.objects });
  });
  bus.registerHandler('hubstorage.backup.finished', (error, message) => {
    if (error) fail(JSON.stringify(error));
    if (run === null) early.push(message.body);
    else finished(message.body);
  });
  // Internal addresses are refused: the answer is an "access_denied" for the bus's error handler.
  bus.send('hubstorage.transfer.shard', {});
  bus.send('hubstorage.backup.start', { dry_run: false }, (error, message) => {
    if (error) fail(`${error.failureCode}: ${error.message}`);
    run = message.body.run_id;
    tell('accepted', { run_id: run });
    early.forEach(finished);
  });
};

bus.onclose = () => process.exit(0);
