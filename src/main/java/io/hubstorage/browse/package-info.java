/** Reads snapshots for people: folders, previews, archives, comparisons, searches. Changes nothing. */
@NullMarked
package io.hubstorage.browse;

import org.jspecify.annotations.NullMarked;
