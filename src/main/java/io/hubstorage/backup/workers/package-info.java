/** Who copies: the list of transfer workers, who is let in, what part of the limits is each one's. Knows nothing of runs. */
@NullMarked
package io.hubstorage.backup.workers;

import org.jspecify.annotations.NullMarked;
