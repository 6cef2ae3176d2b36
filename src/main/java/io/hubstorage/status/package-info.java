/** How things stand: the one judgement that every page, command, metric and check repeats, and the alarms. No HTTP. */
@NullMarked
package io.hubstorage.status;

import org.jspecify.annotations.NullMarked;
