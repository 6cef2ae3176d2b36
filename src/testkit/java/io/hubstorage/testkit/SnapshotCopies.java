package io.hubstorage.testkit;

import io.hubstorage.bus.BusJson;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Years of unchanged runs in seconds: copies of a real snapshot, in which all is a hard link but the certificates. */
public final class SnapshotCopies {
    private final SnapshotInfo original;
    private final Certificate certificate;
    private final Path[] folders;
    private final Path[] files;

    private SnapshotCopies(SnapshotInfo original) throws IOException {
        this.original = original;
        this.certificate = Objects.requireNonNull(original.certificate());
        this.folders = below(original.folder(), Files::isDirectory);
        this.files = below(original.folder(), file -> Files.isRegularFile(file) && !file.endsWith("run.json"));
    }

    private static Path[] below(Path folder, Predicate<Path> wanted) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(wanted).map(folder::relativize).toArray(Path[]::new);
        }
    }

    /** So many copies of the newest snapshot, each dated that much earlier than the one before. */
    public static void before(Layout layout, int copies, Duration apart) throws IOException {
        SnapshotCopies shelf = new SnapshotCopies(new Snapshots(layout).newest().orElseThrow());
        for (int i = 1; i <= copies; i++) {
            shelf.copy(layout, shelf.certificate.startedAt().minus(apart.multipliedBy(i)));
        }
    }

    private void copy(Layout layout, Instant time) throws IOException {
        String name = Layout.name(time);
        Path copy = layout.snapshot(name);
        for (Path folder : folders) {
            Files.createDirectory(copy.resolve(folder));
        }
        for (Path file : files) {
            Files.createLink(copy.resolve(file), original.folder().resolve(file));
        }
        Certificate dated = new Certificate(
                certificate.format(),
                name,
                new Certificate.Run(
                        Layout.time(time),
                        certificate.run().trigger(),
                        certificate.result(),
                        true,
                        time,
                        time.plusSeconds(1),
                        certificate.run().attempts()),
                new Certificate.Basis(
                        certificate.basis().hubstorageVersion(),
                        certificate.basis().endpoint(),
                        certificate.basis().previous(),
                        certificate.basis().options()),
                certificate.buckets(),
                certificate.alarms(),
                null);
        Files.write(Layout.certificate(copy), BusJson.mapper().writeValueAsBytes(dated));
    }
}
