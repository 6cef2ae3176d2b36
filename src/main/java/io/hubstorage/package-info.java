/** Composition root: starts the verticles in order and stops them in the reverse one. */
@NullMarked
package io.hubstorage;

import org.jspecify.annotations.NullMarked;
