/** Recomputes snapshots from the disk and compares them with what they promise. */
@NullMarked
package io.hubstorage.verify;

import org.jspecify.annotations.NullMarked;
