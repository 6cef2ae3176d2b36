/** Restores to a bucket. */
@NullMarked
package io.hubstorage.restore.s3;

import org.jspecify.annotations.NullMarked;
