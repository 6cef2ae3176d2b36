/** Brings back what a snapshot holds, to S3 or to a folder: what will be done is planned and shown before anything is. */
@NullMarked
package io.hubstorage.restore;

import org.jspecify.annotations.NullMarked;
