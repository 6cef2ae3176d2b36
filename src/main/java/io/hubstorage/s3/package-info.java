/** The only importer of the AWS SDK: clients, listing, reading, discovery, diagnostics, error classes. */
@NullMarked
package io.hubstorage.s3;

import org.jspecify.annotations.NullMarked;
