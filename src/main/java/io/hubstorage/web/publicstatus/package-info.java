/** How things stand, for everybody: a page, the same as JSON, and a badge. */
@NullMarked
package io.hubstorage.web.publicstatus;

import org.jspecify.annotations.NullMarked;
