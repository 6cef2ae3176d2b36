/** Tries with a few files whether a snapshot comes back. */
@NullMarked
package io.hubstorage.drill;

import org.jspecify.annotations.NullMarked;
