/** Pure rules: key filter, key order, merge-join, shard boundaries, shrink guard. */
@NullMarked
package io.hubstorage.plan;

import org.jspecify.annotations.NullMarked;
