/** Routes by resource, pages. */
@NullMarked
package io.hubstorage.web.api;

import org.jspecify.annotations.NullMarked;
