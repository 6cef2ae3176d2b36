/** Ageing: which snapshots stay and why; how the others go, come back and are deleted. */
@NullMarked
package io.hubstorage.retain;

import org.jspecify.annotations.NullMarked;
