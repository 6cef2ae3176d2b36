/** Log lines onto the bus; reading and searching the rotated files. */
@NullMarked
package io.hubstorage.logs;

import org.jspecify.annotations.NullMarked;
