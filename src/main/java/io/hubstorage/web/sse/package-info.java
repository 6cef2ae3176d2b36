/** Server-sent events: one hub, one connection a client, frame encoding, replay. */
@NullMarked
package io.hubstorage.web.sse;

import org.jspecify.annotations.NullMarked;
