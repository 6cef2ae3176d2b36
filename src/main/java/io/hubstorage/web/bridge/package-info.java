/** Event-bus bridges and what they permit. */
@NullMarked
package io.hubstorage.web.bridge;

import org.jspecify.annotations.NullMarked;
