/** One shard of one bucket: list, diff, link or download, report. */
@NullMarked
package io.hubstorage.transfer;

import org.jspecify.annotations.NullMarked;
