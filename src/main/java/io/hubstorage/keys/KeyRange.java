package io.hubstorage.keys;

import org.jspecify.annotations.Nullable;

/** Keys greater than {@code after} and up to {@code through}, itself included; null is no bound. */
public record KeyRange(@Nullable String after, @Nullable String through) {
    public static final KeyRange ALL = new KeyRange(null, null);
}
