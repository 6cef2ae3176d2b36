package io.hubstorage.bench;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A column of the table.
 *
 * @param hub what is run, where it is a HubStorage; another tool has none
 * @param version what the tool calls itself; absent when it is not installed
 */
record Contender(Kind kind, @Nullable Hub hub, Optional<String> version) {
    /**
     * A jar and how it is run.
     *
     * @param vs what tables call the second HubStorage, which the first one is compared with; empty for the first
     */
    record Hub(Path jar, Jvm jvm, String vs) {}

    /** What it is, by the name it is asked for. */
    enum Kind {
        HUBSTORAGE("hubstorage", "HubStorage, warm service"),
        HUBSTORAGE_IMAGE("hubstorage-image", "HubStorage, as in the container"),
        HUBSTORAGE_COLD("hubstorage-cold", "HubStorage, a process a run"),
        RCLONE("rclone", "rclone, tuned", Peer.Product.RCLONE),
        AWS("aws", "aws s3 sync", Peer.Product.AWS),
        S5CMD("s5cmd", "s5cmd sync", Peer.Product.S5CMD),
        MC("mc", "mc mirror", Peer.Product.MC),
        RESTIC("restic", "rclone, then restic", Peer.Product.RESTIC),
        BARE("bare", "lower bound");

        private final String id;
        private final String title;
        private final Peer.@Nullable Product product;

        Kind(String id, String title) {
            this(id, title, null);
        }

        Kind(String id, String title, Peer.@Nullable Product product) {
            this.id = id;
            this.title = title;
            this.product = product;
        }

        static Kind named(String id) {
            for (Kind kind : values()) {
                if (kind.id.equals(id)) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("No such tool: " + id);
        }

        /** Which of the tools of others it is, if it is one. */
        Peer.@Nullable Product product() {
            return product;
        }

        boolean hubStorage() {
            return this == HUBSTORAGE_COLD || service();
        }

        /** Whether it stays when a run is over. */
        boolean service() {
            return this == HUBSTORAGE || this == HUBSTORAGE_IMAGE;
        }

        /** Whether it can do what a case asks for: who checks nothing has no business among faults. */
        boolean canDo(Case.Kind asked) {
            return switch (asked) {
                case COLD, UNCHANGED -> true;
                case FAULTS -> this != BARE && this != RESTIC;
                // mc sends bodies in signed chunks, which the server takes apart only where it keeps them.
                case RESTORE -> this != BARE && this != MC && this != RESTIC;
                case VERIFY -> this == HUBSTORAGE_COLD || this == BARE;
                case START -> service();
            };
        }
    }

    /** One of HubStorage, whose version its manifest tells. */
    static Contender hubStorage(Kind kind, Hub hub, String version) {
        return new Contender(kind, hub, Optional.of("HubStorage " + version));
    }

    /** One of somebody else. */
    static Contender other(Kind kind) {
        Optional<String> version = kind.product == null
                ? Optional.of("lists, reads and writes over plain sockets, and neither signs nor checks anything")
                : kind.product.version();
        if (kind == Kind.RESTIC) {
            version = version.flatMap(restic -> Peer.Product.RCLONE.version().map(rclone -> rclone + "; " + restic));
        }
        return new Contender(kind, null, version);
    }

    /** Whether it is the second HubStorage. */
    boolean compared() {
        return hub != null && !hub.vs.isEmpty();
    }

    String id() {
        return kind.id + (compared() ? "-vs" : "");
    }

    String title() {
        return hub == null || hub.vs.isEmpty() ? kind.title : "%s (%s)".formatted(kind.title, hub.vs);
    }

    boolean installed() {
        return version.isPresent();
    }
}
