/** The ground: durable writes, hard links, trees, probing a disk, sorting more than memory holds. */
@NullMarked
package io.hubstorage.fs;

import org.jspecify.annotations.NullMarked;
