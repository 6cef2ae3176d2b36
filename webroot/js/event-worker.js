// The shared worker: one for all pages of this server in this browser.

import { EventFan } from './event-fan.js';
import { EventStream } from './event-stream.js';

// With log lines, whoever wants them: to open another stream when a page does would be dearer than they are.
const address = new URL('../../api/events', import.meta.url);
const fan = new EventFan((listener) => new EventStream(address, listener));

self.onconnect = ({ ports: [port] }) => fan.add(port);
