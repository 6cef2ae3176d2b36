/** When the next run is due, and the verticle that starts it. */
@NullMarked
package io.hubstorage.schedule;

import org.jspecify.annotations.NullMarked;
