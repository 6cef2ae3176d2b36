/** How requests are sent to S3: how many at once, how fast their bodies go, and when one that failed is sent again. */
@NullMarked
package io.hubstorage.requests;

import org.jspecify.annotations.NullMarked;
