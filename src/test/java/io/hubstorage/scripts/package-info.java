/** The scripts for Docker, on their own. */
@NullMarked
package io.hubstorage.scripts;

import org.jspecify.annotations.NullMarked;
