/** What is declared about a body, and whether the bytes agree. No input or output. */
@NullMarked
package io.hubstorage.integrity;

import org.jspecify.annotations.NullMarked;
