/** Snapshots as a read-only S3 server. */
@NullMarked
package io.hubstorage.web.s3;

import org.jspecify.annotations.NullMarked;
