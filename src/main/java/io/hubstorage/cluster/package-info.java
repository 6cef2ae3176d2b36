/**
 * Several processes as one: how they find each other, how each knows that the others have the secret, and how a worker goes about its
 * work. The only importer of Hazelcast, of which nothing is loaded without {@code HUBSTORAGE_CLUSTER}.
 */
@NullMarked
package io.hubstorage.cluster;

import org.jspecify.annotations.NullMarked;
