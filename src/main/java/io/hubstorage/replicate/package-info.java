/** The second copy: snapshots copied to a folder on another disk that is a data folder of its own, driven by their manifests. */
@NullMarked
package io.hubstorage.replicate;

import org.jspecify.annotations.NullMarked;
