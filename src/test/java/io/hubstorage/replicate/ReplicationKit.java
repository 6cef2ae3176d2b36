package io.hubstorage.replicate;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.ReplicationRecord;
import io.hubstorage.bus.ReplicationStart;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Trigger;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Environment;
import io.hubstorage.jobs.Cancellation;
import io.hubstorage.jobs.Job;
import io.hubstorage.snapshot.Destination;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.MadeSnapshots;
import io.hubstorage.verify.SnapshotFolders;
import io.hubstorage.verify.SnapshotVerifier;
import io.hubstorage.verify.VerifyProgress;
import io.hubstorage.verify.VerifyReport;
import io.hubstorage.verify.VerifyRequest;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A data folder with snapshots, a copy of it, and replications as the program does them, without the bus. */
final class ReplicationKit implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-11-27T06:15:00Z");
    static final Instant T0 = Instant.parse("2026-11-20T08:00:00Z");
    static final String BUCKET = "photos";

    final Path folder;
    final Path data;
    final Path copy;
    final ConfigStore config;
    final MadeSnapshots made;
    final Vertx vertx = Vertx.vertx();
    /** What stops the next replication. */
    Supplier<Cancellation> stops = Cancellation::new;

    TargetNames.Probe probe = TargetNames::of;

    ReplicationKit(Path folder) {
        this(folder, new JsonObject(), "");
    }

    ReplicationKit(Path folder, JsonObject replication, String dotenv) {
        this.folder = folder;
        this.data = folder.resolve("data");
        this.copy = folder.resolve("copy");
        this.made = new MadeSnapshots(data);
        try {
            Files.createDirectories(data);
            Files.createDirectories(folder.resolve("config"));
            Files.writeString(folder.resolve(".env"), dotenv);
            Files.writeString(
                    folder.resolve("config/config.json"),
                    new JsonObject()
                            .put("s3_buckets", List.of(BUCKET))
                            .put("replication", replication)
                            .encode());
            Environment environment = Hub.environment(folder, data);
            config = ConfigStore.open(vertx, environment, UnaryOperator.identity(), InstantSource.fixed(NOW))
                    .await();
            new Destination(new Layout(data), folder.resolve("config")).claim();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ReplicationKit put(String key, String text) {
        made.put(BUCKET, key, text, T0);
        return this;
    }

    /** A snapshot of that day. */
    String snapshot(int day) {
        return made.snapshot(T0.plus(Duration.ofDays(day)));
    }

    Path file(String snapshot, String key) {
        return data.resolve(snapshot).resolve("s3").resolve(BUCKET).resolve(key);
    }

    ReplicationWork.Surroundings around() {
        return new ReplicationWork.Surroundings(
                config, InstantSource.fixed(NOW), () -> stops.get(), path -> probe.of(path));
    }

    ReplicationWork work(Path to, boolean prune, String... snapshots) {
        ReplicationStart start = new ReplicationStart(Trigger.CLI, null, List.of(snapshots), prune, null);
        return new ReplicationWork(new ReplicationWork.Asked("20261127-061500-copy", start, to, NOW), around());
    }

    ReplicationRecord replicate(String... snapshots) {
        return replicate(work(copy, false, snapshots));
    }

    ReplicationRecord prune() {
        return replicate(work(copy, true));
    }

    /** As a job does it, its end included. What kills a process is passed on. */
    static ReplicationRecord replicate(ReplicationWork work) {
        Job job = new Job();
        try (AutoCloseable _ = work::close) {
            work.admit();
            return work.run(job);
        } catch (CancellationException e) {
            return work.stopped(job.result(), job.reason());
        } catch (IOException e) {
            return work.stopped(RunResult.FAILED, work.reason(e));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** The next replication dies before that step. */
    void killAt(long step) {
        stops = () -> new Cancellation() {
            private long steps;

            @Override
            public synchronized void check() {
                if (++steps >= step) {
                    throw new Killed();
                }
            }
        };
    }

    /** As if there had never been a copy. */
    void forgetCopy() throws IOException {
        Path file = folder.resolve("config/destination.json");
        JsonObject memory = new JsonObject(Files.readString(file));
        memory.getJsonObject("destinations").remove(copy.toString());
        Files.writeString(file, memory.encode());
    }

    void letLive() {
        stops = Cancellation::new;
    }

    /** Nothing that comes after it is done. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    static List<String> names(Path data) {
        try (Stream<Path> children = Files.list(data)) {
            return children.map(child -> child.getFileName().toString())
                    .filter(name -> name.startsWith(Layout.SNAPSHOT_PREFIX))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every file and folder of a snapshot with all that a copy must have of it. */
    static SortedMap<String, String> tree(Path snapshot) {
        SortedMap<String, String> tree = new TreeMap<>();
        try (Stream<Path> all = Files.walk(snapshot)) {
            for (Path each : all.toList()) {
                PosixFileAttributes found =
                        Files.readAttributes(each, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                boolean inTree = snapshot.relativize(each).toString().startsWith("s3");
                tree.put(
                        snapshot.relativize(each).toString(),
                        !found.isRegularFile()
                                ? "folder"
                                : "%s %s"
                                        .formatted(
                                                Files.readString(each, java.nio.charset.StandardCharsets.ISO_8859_1),
                                                inTree ? found.lastModifiedTime() + " " + found.permissions() : ""));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return tree;
    }

    /** Which files of these snapshots are one, each named by the first of its names. */
    static SortedMap<String, String> sharing(Path data, List<String> snapshots) {
        SortedMap<String, String> sharing = new TreeMap<>();
        Map<Object, String> first = new HashMap<>();
        try {
            for (String snapshot : snapshots) {
                try (Stream<Path> all = Files.walk(data.resolve(snapshot))) {
                    for (Path each : all.filter(Files::isRegularFile).sorted().toList()) {
                        String name = data.relativize(each).toString();
                        Object inode = Files.getAttribute(each, "unix:ino");
                        sharing.put(name, first.computeIfAbsent(inode, _ -> name));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sharing;
    }

    /** Each snapshot that can be seen in the copy is the one of the data folder. */
    void assertNothingHalfDone() {
        for (String name : names(copy)) {
            assertThat(tree(copy.resolve(name))).as(name).isEqualTo(tree(data.resolve(name)));
        }
    }

    /** The copy has these and no others, as the data folder has them, and shares files as it does; and that can be proven. */
    void assertCopied(String... snapshots) {
        assertThat(names(copy)).containsExactly(snapshots);
        assertNothingHalfDone();
        assertThat(sharing(copy, List.of(snapshots))).isEqualTo(sharing(data, List.of(snapshots)));
        assertThat(problems(copy)).isEmpty();
    }

    List<VerifyReport.Problem> problems(Path data) {
        List<VerifyReport.Problem> problems = new ArrayList<>();
        try {
            Layout layout = new Layout(data);
            VerifyRequest request = new VerifyRequest(layout, new SnapshotFolders(layout).all(), Set.of(), 100, 1);
            new SnapshotVerifier(InstantSource.fixed(NOW), folder)
                    .verify(request, new VerifyProgress(), each -> problems.addAll(each.problems()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return problems;
    }

    Path incoming(@Nullable String snapshot) {
        Path incoming = new Layout(copy).replication().resolve("incoming");
        return snapshot == null ? incoming : incoming.resolve(snapshot);
    }

    @Override
    public void close() {
        vertx.close().await();
    }
}
