/** What is declared about a body, and whether the bytes agree. Reads no more than the file that it is given. */
@NullMarked
package io.hubstorage.integrity;

import org.jspecify.annotations.NullMarked;
