/** The real image on a real Docker; skipped where there is none. */
@NullMarked
package io.hubstorage.container;

import org.jspecify.annotations.NullMarked;
