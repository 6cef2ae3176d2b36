/** Server-sent events: hub, connection, frame encoding, replay ring. */
@NullMarked
package io.hubstorage.web.sse;

import org.jspecify.annotations.NullMarked;
