/** The benchmark: HubStorage beside other tools, on a synthetic S3 in a process of its own. Linux only. */
@NullMarked
package io.hubstorage.bench;

import org.jspecify.annotations.NullMarked;
