/** The AWS SDK's requests, sent through Vert.x's HTTP client. */
@NullMarked
package io.hubstorage.s3.http;

import org.jspecify.annotations.NullMarked;
