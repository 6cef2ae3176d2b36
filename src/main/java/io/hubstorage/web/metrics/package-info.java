/** What {@code /metrics} shows. */
@NullMarked
package io.hubstorage.web.metrics;

import org.jspecify.annotations.NullMarked;
