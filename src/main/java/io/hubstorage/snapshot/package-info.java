/** The disk: layout, key to path, manifest, journal, commit, certificate. */
@NullMarked
package io.hubstorage.snapshot;

import org.jspecify.annotations.NullMarked;
