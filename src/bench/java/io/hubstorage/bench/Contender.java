package io.hubstorage.bench;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A column of the table.
 *
 * @param jar of HubStorage; another tool has none
 * @param compared whether this is the second HubStorage, which the first one is compared with
 * @param version what the tool calls itself; absent when it is not installed
 */
record Contender(Kind kind, @Nullable Path jar, boolean compared, Optional<String> version) {
    /** What it is, by the name it is asked for. */
    enum Kind {
        HUBSTORAGE("hubstorage", "HubStorage, warm service"),
        HUBSTORAGE_COLD("hubstorage-cold", "HubStorage, a process a run"),
        RCLONE("rclone", "rclone, tuned"),
        AWS("aws", "aws s3 sync"),
        BARE("bare", "lower bound");

        private final String id;
        private final String title;

        Kind(String id, String title) {
            this.id = id;
            this.title = title;
        }

        static Kind named(String id) {
            for (Kind kind : values()) {
                if (kind.id.equals(id)) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("No such tool: " + id);
        }

        boolean hubStorage() {
            return this == HUBSTORAGE || this == HUBSTORAGE_COLD;
        }

        /** Whether it can do what a case asks for: who checks nothing has no business among faults. */
        boolean canDo(Case.Kind kind) {
            return this != BARE || kind != Case.Kind.FAULTS;
        }
    }

    /** One of HubStorage. */
    static Contender hubStorage(Kind kind, Path jar, boolean compared, String version) {
        return new Contender(kind, jar, compared, Optional.of("HubStorage " + version));
    }

    /** One of somebody else. */
    static Contender other(Kind kind) {
        Optional<String> version = kind == Kind.BARE
                ? Optional.of("lists, reads and writes over plain sockets, and neither signs nor checks anything")
                : product(kind).version();
        return new Contender(kind, null, false, version);
    }

    String id() {
        return kind.id + (compared ? "-vs" : "");
    }

    String title() {
        return kind.title + (compared ? " (vs)" : "");
    }

    boolean installed() {
        return version.isPresent();
    }

    static Peer.Product product(Kind kind) {
        return switch (kind) {
            case RCLONE -> Peer.Product.RCLONE;
            case AWS -> Peer.Product.AWS;
            case HUBSTORAGE, HUBSTORAGE_COLD, BARE -> throw new IllegalArgumentException(kind + " is ours");
        };
    }
}
