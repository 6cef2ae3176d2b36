/**
 * Who is told what, and when. {@link Problems} reads from the judgement of {@code status} what is wrong, {@link Alerts} decides what is
 * told of it, {@link Outbox} remembers both over restarts, {@link ChannelQueue} decides what goes out next.
 */
@NullMarked
package io.hubstorage.notify.alerts;

import org.jspecify.annotations.NullMarked;
