/** How a message reaches somebody: one file a kind of channel, and once what they have in common. */
@NullMarked
package io.hubstorage.notify.channels;

import org.jspecify.annotations.NullMarked;
