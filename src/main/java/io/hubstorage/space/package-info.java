/** What snapshots take on the disk, by how much that grows, and what deleting some of them frees. */
@NullMarked
package io.hubstorage.space;

import org.jspecify.annotations.NullMarked;
