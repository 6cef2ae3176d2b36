/** Proves every stored file once a cycle, remembers when each was proven, and lists what is damaged. */
@NullMarked
package io.hubstorage.verify.scrub;

import org.jspecify.annotations.NullMarked;
