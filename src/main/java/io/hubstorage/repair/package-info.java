/** Puts right what is damaged in snapshots: finds the right bytes elsewhere, and puts a new file in the place of the damaged one. */
@NullMarked
package io.hubstorage.repair;

import org.jspecify.annotations.NullMarked;
