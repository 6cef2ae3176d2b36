/** The life of a long operation: which may run beside which, how it is stopped, and the history of how each ended. */
@NullMarked
package io.hubstorage.jobs;

import org.jspecify.annotations.NullMarked;
