package io.hubstorage.bench;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A column of the table.
 *
 * @param jar of HubStorage; another tool has none
 * @param version what the tool calls itself; absent when it is not installed
 */
record Contender(
        String id, String title, Kind kind, @Nullable Path jar, Optional<String> version) {
    /** What it is, by the name it is asked for. */
    enum Kind {
        /** HubStorage in a warm service. */
        HUBSTORAGE("hubstorage", "HubStorage, warm service"),
        /** HubStorage as a process for each run. */
        HUBSTORAGE_COLD("hubstorage-cold", "HubStorage, a process a run"),
        /** See {@link Peer}. */
        RCLONE("rclone", "rclone, tuned"),
        /** See {@link Peer}. */
        AWS("aws", "aws s3 sync");

        private final String id;
        private final String title;

        Kind(String id, String title) {
            this.id = id;
            this.title = title;
        }

        static Kind of(String id) {
            for (Kind kind : values()) {
                if (kind.id.equals(id)) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("no such tool: " + id);
        }

        boolean hubStorage() {
            return this == HUBSTORAGE || this == HUBSTORAGE_COLD;
        }
    }

    /** One of HubStorage; {@code mark} tells one jar from another. */
    static Contender hubStorage(Kind kind, Path jar, String mark, String version) {
        return new Contender(
                kind.id + (mark.isEmpty() ? "" : "-" + mark),
                kind.title + (mark.isEmpty() ? "" : " (" + mark + ")"),
                kind,
                jar,
                Optional.of(version));
    }

    /** One of somebody else. */
    static Contender peer(Kind kind) {
        return new Contender(kind.id, kind.title, kind, null, product(kind).version());
    }

    boolean installed() {
        return version.isPresent();
    }

    static Peer.Product product(Kind kind) {
        return switch (kind) {
            case RCLONE -> Peer.Product.RCLONE;
            case AWS -> Peer.Product.AWS;
            case HUBSTORAGE, HUBSTORAGE_COLD -> throw new IllegalArgumentException(kind + " is ours");
        };
    }
}
