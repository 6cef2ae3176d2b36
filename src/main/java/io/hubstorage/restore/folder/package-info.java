/** Restores to a folder. */
@NullMarked
package io.hubstorage.restore.folder;

import org.jspecify.annotations.NullMarked;
