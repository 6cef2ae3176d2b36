/** What is declared about a body, and whether the bytes agree. Opens nothing: what it reads again, it reads by a {@link ByteSource}. */
@NullMarked
package io.hubstorage.integrity;

import org.jspecify.annotations.NullMarked;
