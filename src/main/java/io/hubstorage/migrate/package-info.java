/** From the configuration of the old tool to ours, once. */
@NullMarked
package io.hubstorage.migrate;

import org.jspecify.annotations.NullMarked;
