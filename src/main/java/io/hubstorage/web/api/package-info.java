/** Routes by resource, pages, metrics. */
@NullMarked
package io.hubstorage.web.api;

import org.jspecify.annotations.NullMarked;
