/** What tests and the demo share: a real S3 server in process, and a synthetic one that can misbehave. */
@NullMarked
package io.hubstorage.testkit;

import org.jspecify.annotations.NullMarked;
