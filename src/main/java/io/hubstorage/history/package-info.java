/** Run records and their append-only store. */
@NullMarked
package io.hubstorage.history;

import org.jspecify.annotations.NullMarked;
