/** Checks of the sources themselves: layout, imports between rooms, forbidden calls. */
@NullMarked
package io.hubstorage.build;

import org.jspecify.annotations.NullMarked;
