/** The data folder: where everything is in it, what a snapshot is and certifies, and who may work on it. */
@NullMarked
package io.hubstorage.snapshot;

import org.jspecify.annotations.NullMarked;
