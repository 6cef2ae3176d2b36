package io.hubstorage.s3;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One object as a listing names it.
 *
 * @param etag without quotes; empty where the server gives none
 * @param storageClass absent where the server does not say, which means its standard class
 * @param restored whether a readable copy of an archived object exists; only AWS says so
 */
public record ListedObject(
        String key,
        long size,
        String etag,
        Instant lastModified,
        @Nullable String storageClass,
        boolean restored) {}
