/** Who is told what, and when: what is wrong now, the messages about it, and how they reach the channels. */
@NullMarked
package io.hubstorage.notify;

import org.jspecify.annotations.NullMarked;
