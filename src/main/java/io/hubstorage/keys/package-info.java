/** Keys of objects: their order, their paths on disk, patterns and ranges. */
@NullMarked
package io.hubstorage.keys;

import org.jspecify.annotations.NullMarked;
