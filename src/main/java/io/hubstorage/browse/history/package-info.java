/**
 * A bucket with the snapshots as its time: a folder beside itself in another snapshot, which folders are large or grow, a file through
 * all of them, and how one text became another. Changes nothing.
 */
@NullMarked
package io.hubstorage.browse.history;

import org.jspecify.annotations.NullMarked;
