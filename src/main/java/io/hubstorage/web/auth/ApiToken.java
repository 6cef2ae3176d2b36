package io.hubstorage.web.auth;

import java.time.Instant;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a token that was made here: all but itself.
 *
 * @param id names it, and is no secret
 * @param digest of its text, which is random enough for a fast one
 * @param expiresAt null if it lasts until it is revoked
 * @param lastUsedAt null if it was never used; some minutes behind
 */
public record ApiToken(
        String id,
        String name,
        String role,
        String digest,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant lastUsedAt) {

    /** What people may see of it: all but its digest. */
    public record Shown(
            String id,
            String name,
            String role,
            Instant createdAt,
            @Nullable Instant expiresAt,
            @Nullable Instant lastUsedAt) {}

    public Shown shown() {
        return new Shown(id, name, role, createdAt, expiresAt, lastUsedAt);
    }

    /** Whether all is there that must be, which is not sure of one that was read. */
    boolean isWhole() {
        return Stream.of(id, name, role, digest, createdAt).allMatch(Objects::nonNull);
    }

    /** Whether this version knows its role; one of another version lets nobody in. */
    boolean hasKnownRole() {
        return Role.of(role).isPresent();
    }

    /** That of whoever brings it, where its role is known. */
    Identity identity() {
        return new Identity(name, Role.of(role).orElseThrow(), Identity.Via.TOKEN);
    }

    public boolean isOver(Instant now) {
        return expiresAt != null && !now.isBefore(expiresAt);
    }

    ApiToken used(Instant at) {
        return lastUsedAt != null && lastUsedAt.isAfter(at)
                ? this
                : new ApiToken(id, name, role, digest, createdAt, expiresAt, at);
    }

    /** Without what could be taken for a secret. */
    @Override
    public String toString() {
        return "ApiToken[%s, %s]".formatted(id, role);
    }
}
