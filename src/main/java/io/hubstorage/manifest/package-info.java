/** What a snapshot holds, key by key: entries, their file, its index, and the log of a run that makes the next one. */
@NullMarked
package io.hubstorage.manifest;

import org.jspecify.annotations.NullMarked;
