/** What a restore writes to, and what it reads from. */
@NullMarked
package io.hubstorage.restore.targets;

import org.jspecify.annotations.NullMarked;
