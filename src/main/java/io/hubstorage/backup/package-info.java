/** One run from command to certificate: attempts, cancel, resume, commit. */
@NullMarked
package io.hubstorage.backup;

import org.jspecify.annotations.NullMarked;
