/** The demo: an embedded S3 whose buckets keep changing, and the real program beside it in a process of its own. */
@NullMarked
package io.hubstorage.demo;

import org.jspecify.annotations.NullMarked;
