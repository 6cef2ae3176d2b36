package io.hubstorage.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RestoreRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Tally;
import io.hubstorage.jobs.Job;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.restore.RestoreKit.Item;
import io.hubstorage.restore.targets.Source;
import io.hubstorage.testkit.AwkwardKeys;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RestoreToFolderTest extends RestoreKitTest {
    private static final Instant SAVED = RestoreKit.SAVED;
    private static final JsonObject ALL = new JsonObject();

    @Test
    void everyAwkwardKeyComesBackWithItsBytesAndItsTime() throws IOException {
        SortedMap<String, Item> items = RestoreKit.items();
        int number = 0;
        for (String key : AwkwardKeys.all()) {
            number++;
            boolean marker = key.endsWith("/") && number % 2 == 0;
            byte[] bytes = (marker ? "" : key + " number " + number).getBytes(StandardCharsets.UTF_8);
            items.put(key, new Item(bytes, SAVED.minusSeconds(number)));
        }
        kit.snapshot(SAVED, Map.of("photos", items));

        Restores.Planned plan = kit.plan(ALL);
        RestoreRecord record = kit.run(plan);

        assertThat(record.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(record.outcome().written().objects()).isEqualTo(items.size());
        Set<String> met = new HashSet<>();
        for (PlanLine line : kit.lines(plan)) {
            Item item = Objects.requireNonNull(items.get(line.key()));
            Path file = kit.target.resolve(line.to());
            assertThat(met.add(line.key())).as(line.key()).isTrue();
            if (line.key().endsWith("/") && item.bytes().length == 0) {
                assertThat(file).as(line.key()).isDirectory();
            } else {
                assertThat(file).as(line.key()).hasBinaryContent(item.bytes());
                assertThat(Files.getLastModifiedTime(file).toInstant())
                        .as(line.key())
                        .isEqualTo(item.modified());
            }
        }
        assertThat(met).isEqualTo(items.keySet());
        Map<String, String> names = kit.lines(plan).stream().collect(Collectors.toMap(PlanLine::key, PlanLine::to));
        // As they are, where this disk takes them.
        assertThat(List.of("CON", "dot.", "a\\b", "trailing ", "new\nline", "日本語/ファイル"))
                .allSatisfy(key -> assertThat(names).containsEntry(key, key));
        assertThat(names).containsEntry("..", "~hub~.%2E");
        // What is called otherwise is in the list beside.
        List<String> mapped = Files.readAllLines(kit.target.resolve("hubstorage-names-%s.jsonl".formatted(plan.id())));
        assertThat(mapped)
                .anySatisfy(line -> assertThat(new JsonObject(line))
                        .isEqualTo(new JsonObject().put("key", "..").put("path", "~hub~.%2E")));
        assertThat(mapped).hasSize((int) names.values().stream()
                .filter(name -> ("/" + name).contains("/~hub"))
                .count());

        Restores.Planned again = kit.plan(ALL);
        assertThat(RestoreKit.made(again).counts().write().objects())
                // Markers of folders that are not empty are made again, which does nothing.
                .isEqualTo(kit.lines(again).stream()
                        .filter(line -> line.action() == PlanLine.Action.WRITE)
                        .filter(line -> line.key().endsWith("/") && line.size() == 0)
                        .count());
        assertThat(RestoreKit.made(again).counts().skipped()).isEmpty();
    }

    @Test
    void nothingIsLeftBesideWhatWasRestored() {
        kit.photos("a.txt", "a", "b/c.txt", "c");

        RestoreRecord record = kit.restore(ALL);

        assertThat(record.message()).startsWith("2 objects restored to " + kit.target);
        assertThat(kit.files()).isEqualTo(Map.of("a.txt", "a", "b/c.txt", "c"));
        assertThat(kit.target.toFile().list()).containsExactlyInAnyOrder("a.txt", "b");
    }

    @Test
    void aRestoredFileIsNoLinkToTheSnapshots() throws IOException {
        kit.photos("a.txt", "a");
        kit.restore(ALL);

        Files.writeString(kit.target.resolve("a.txt"), "changed");

        assertThat(kit.data.resolve("hublink_20261120080000/s3/photos/a.txt")).hasContent("a");
    }

    @Test
    void severalBucketsAreRestoredBelowTheirNames() {
        kit.snapshot(
                SAVED,
                Map.of(
                        "photos",
                        RestoreKit.items("a", "1"),
                        "photos-2",
                        RestoreKit.items("a", "2", "b", "3"),
                        "docs",
                        RestoreKit.items("c", "4")));

        kit.restore(
                new JsonObject().put("buckets", new JsonArray().add("photos").add("photos-2")));

        assertThat(kit.files()).isEqualTo(Map.of("photos/a", "1", "photos-2/a", "2", "photos-2/b", "3"));
    }

    @Test
    void onlyWhatIsAskedForComesBack() {
        kit.photos("a/1", "1", "a/2.tmp", "2", "b/1", "3", "c", "4", "c2", "5", "d/1", "6");

        kit.restore(new JsonObject()
                .put("prefixes", new JsonArray().add("d/").add("a/"))
                .put("keys", new JsonArray().add("c"))
                .put("exclude", new JsonArray().add("*.tmp")));

        assertThat(kit.files()).isEqualTo(Map.of("a/1", "1", "c", "4", "d/1", "6"));
    }

    @Test
    void includedAloneMeansOnlyThese() {
        kit.photos("a.jpg", "1", "b.txt", "2");

        kit.restore(new JsonObject().put("include", new JsonArray().add("*.jpg")));

        assertThat(kit.files()).isEqualTo(Map.of("a.jpg", "1"));
    }

    @Test
    void whatAnotherSnapshotLacksComesBackAlone() {
        kit.photos("a", "1", "b", "2", "c", "3");
        String later =
                kit.snapshot(SAVED.plusSeconds(3_600), Map.of("photos", RestoreKit.items("a", "changed", "c", "3")));

        kit.restore(new JsonObject().put("snapshot", "hublink_20261120080000").put("absent_in", later));

        assertThat(kit.files()).isEqualTo(Map.of("b", "2"));
    }

    @Test
    void theNewestSnapshotThatWasThereAtATimeIsTaken() {
        kit.photos("a", "old");
        kit.snapshot(SAVED.plusSeconds(3_600), Map.of("photos", RestoreKit.items("a", "new")));

        Restores.Planned plan =
                kit.plan(new JsonObject().put("at", SAVED.plusSeconds(3_599).toString()));
        kit.run(plan);

        assertThat(kit.files()).isEqualTo(Map.of("a", "old"));
        assertThat(RestoreKit.made(kit.plan(new JsonObject().put("at", "2020-01-01T00:00:00Z")))
                        .problems())
                .singleElement()
                .asString()
                .contains("no snapshot from 2020-01-01");
    }

    @ParameterizedTest
    @CsvSource({
        // Mode, and what becomes of: the same, an older one, a newer one.
        "never, same, old, new",
        "if-older, same, saved, new",
        "if-different, same, saved, saved",
        "always, same, saved, saved"
    })
    void whatIsThereIsReplacedAsTheModeSays(String mode, String same, String older, String newer) {
        kit.photos("same", "same", "older", "saved", "newer", "saved");
        kit.write("same", "same", SAVED);
        kit.write("older", "old", SAVED.minusSeconds(100));
        kit.write("newer", "new", SAVED.plusSeconds(100));

        RestoreRecord record = kit.restore(new JsonObject().put("overwrite", mode));

        assertThat(record.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(kit.files()).isEqualTo(Map.of("same", same, "older", older, "newer", newer));
        assertThat(record.outcome().identical().objects()).isEqualTo(mode.equals("always") ? 0 : 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"never", "if-older", "if-different"})
    void whatSomebodyElseWritesMeanwhileStays(String mode) {
        kit.photos("new", "saved", "replaced", "saved");
        kit.write("replaced", "before", SAVED.minusSeconds(100));
        kit.around = target -> new WrappedTarget(target) {
            @Override
            public Written write(String name, ManifestEntry entry, Source source, Condition condition)
                    throws ConflictException, TargetException, IOException, InterruptedException {
                kit.write(name, "theirs", SAVED.plusSeconds(50));
                return super.write(name, entry, source, condition);
            }
        };

        RestoreRecord record = kit.restore(new JsonObject().put("overwrite", mode));

        String stays = mode.equals("never") ? "before" : "theirs";
        assertThat(kit.files()).isEqualTo(Map.of("new", "theirs", "replaced", stays));
        assertThat(record.result()).isNotEqualTo(RunResult.SUCCESS);
        assertThat(record.outcome().skipped()).containsKey("changed");
        assertThat(record.outcome().written()).isEqualTo(Tally.ZERO);
    }

    @Test
    void whatTheSnapshotHasNotIsDeletedWithinTheFilterAlone() throws IOException {
        kit.photos("a/1", "1", "a/2", "2", "a/3", "3");
        kit.write("a/1", "1", SAVED);
        kit.write("a/extra", "x", SAVED);
        kit.write("a/extra2", "x", SAVED);
        kit.write("a/extra.txt", "x", SAVED);
        kit.write("b/other", "y", SAVED);
        JsonObject request = new JsonObject()
                .put("prefixes", new JsonArray().add("a/"))
                .put("exclude", new JsonArray().add("*.txt"))
                .put("delete_extra", true);

        Restores.Planned refused = kit.plan(request);
        assertThat(RestoreKit.made(refused).problems())
                .singleElement()
                .asString()
                .contains("would delete 2 of the 3 objects", "guards.max_shrink_percent");
        Files.delete(kit.target.resolve("a/extra2"));

        kit.write("a/2", "2", SAVED);
        kit.write("a/3", "3", SAVED);
        Restores.Planned plan = kit.plan(request);
        assertThat(RestoreKit.made(plan).problems()).isEmpty();
        RestoreRecord record = kit.run(plan);

        assertThat(record.outcome().deleted()).isEqualTo(Tally.of(1));
        assertThat(kit.files())
                .isEqualTo(Map.of("a/1", "1", "a/2", "2", "a/3", "3", "a/extra.txt", "x", "b/other", "y"));
    }

    @Test
    void nothingIsDeletedWhereSomethingCouldNotBeWritten() throws IOException {
        kit.photos("1", "1", "2", "2", "3", "3", "4", "4");
        kit.write("1", "1", SAVED);
        kit.write("2", "2", SAVED);
        kit.write("extra", "x", SAVED);
        kit.write("e2", "x", SAVED);
        JsonObject request = new JsonObject().put("delete_extra", true);
        damage("3");
        kit.write("4", "4", SAVED);
        Files.delete(kit.target.resolve("e2"));

        RestoreRecord record = kit.restore(request);

        assertThat(record.outcome().failed()).containsKey("damaged");
        assertThat(record.outcome().spared()).isEqualTo(Map.of("failures", Tally.of(1)));
        assertThat(kit.files()).containsKey("extra");
    }

    /** Other bytes, the same size and time. */
    private void damage(String key) throws IOException {
        Path file = kit.data.resolve("hublink_20261120080000/s3/photos").resolve(key);
        FileTime time = Files.getLastModifiedTime(file);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        Files.setLastModifiedTime(file, time);
    }

    @Test
    void aDamagedFileIsNamedAndNotRestored() throws IOException {
        kit.photos("a", "x".repeat(300_000), "b", "right");
        damage("a");

        Restores.Planned plan = kit.plan(ALL);
        RestoreRecord record = kit.run(plan);

        assertThat(record.result()).isEqualTo(RunResult.PARTIAL);
        assertThat(record.outcome().failed()).isEqualTo(Map.of("damaged", Tally.of(300_000)));
        assertThat(kit.files()).isEqualTo(Map.of("b", "right"));
        assertThat(RestoreKit.lines(kit.restores.notWritten(plan.id())))
                .singleElement()
                .satisfies(line -> {
                    assertThat(line.key()).isEqualTo("a");
                    assertThat(line.detail()).contains("SHA-256", "damaged on the disk");
                });
        assertThat(kit.restores.certified(plan.id()).orElseThrow().notWritten()).isEqualTo(plan.id() + ".jsonl.zst");
    }

    @Test
    void aMissingFileIsToldBeforeTheFirstByte() throws IOException {
        kit.photos("a", "1", "b", "2", "c", "3");
        Files.delete(kit.data.resolve("hublink_20261120080000/s3/photos/a"));
        Files.writeString(kit.data.resolve("hublink_20261120080000/s3/photos/b"), "longer");

        Restores.Planned plan = kit.plan(ALL);

        assertThat(RestoreKit.made(plan).counts().failed()).isEqualTo(Map.of("missing", new Tally(2, 2)));
        assertThat(RestoreKit.made(plan).warnings())
                .anySatisfy(warning -> assertThat(warning).contains("2 objects cannot be restored"));
        assertThat(kit.target).doesNotExist();
        assertThat(kit.run(plan).result()).isEqualTo(RunResult.PARTIAL);
        assertThat(kit.files()).isEqualTo(Map.of("c", "3"));
    }

    @Test
    void aPlanThatSomebodyHasEditedIsNotDone() throws IOException {
        kit.photos("a", "1");
        Restores.Planned plan = kit.plan(ALL);
        Restores.Planned other = new Restores.Planned(
                plan.id(),
                plan.createdAt(),
                kit.request(new JsonObject().put("overwrite", "always")),
                plan.place(),
                plan.plan());

        RestoreRecord record = kit.run(other);

        assertThat(record.result()).isEqualTo(RunResult.FAILED);
        assertThat(record.message()).contains("plan has been changed");
        assertThat(kit.target).doesNotExist();
    }

    @Test
    void oneThatIsCancelledSaysWhatIsLeftAndCanBeGoneOnWith() {
        SortedMap<String, Item> items = RestoreKit.items();
        for (int i = 0; i < 100; i++) {
            items.put("file-" + i, Item.of("text " + i));
        }
        kit.snapshot(SAVED, Map.of("photos", items));
        Restores.Planned plan = kit.plan(ALL);
        Job job = new Job();
        kit.around = target -> new WrappedTarget(target) {
            private final AtomicInteger writes = new AtomicInteger();

            @Override
            public Written write(String name, ManifestEntry entry, Source source, Condition condition)
                    throws ConflictException, TargetException, IOException, InterruptedException {
                if (writes.incrementAndGet() == 40) {
                    job.stop(RunResult.CANCELLED, "stopped on request");
                }
                return super.write(name, entry, source, condition);
            }
        };

        RestoreRecord stopped = kit.run(plan, job);
        assertThat(stopped.result()).isEqualTo(RunResult.CANCELLED);
        assertThat(stopped.outcome().left().objects()).isBetween(1L, 70L);
        assertThat(kit.files()).hasSize(100 - (int) stopped.outcome().left().objects());

        kit.around = target -> target;
        RestoreRecord whole = kit.run(plan);
        assertThat(whole.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(whole.outcome().left()).isEqualTo(Tally.ZERO);
        assertThat(kit.files()).hasSize(100);
    }

    @Test
    void whatMayPassIsTriedAgain() throws IOException {
        RestoreKit patient = new RestoreKit(
                folder.resolve("patient"),
                folder.resolve("patient-target"),
                new JsonObject()
                        .put(
                                "automation",
                                new JsonObject().put("max_retries", 2).put("retry_delay_minutes", 0)));
        try (patient) {
            patient.snapshot(SAVED, Map.of("photos", RestoreKit.items("a", "1", "b", "2")));
            AtomicInteger writes = new AtomicInteger();
            patient.around = target -> new WrappedTarget(target) {
                @Override
                public Written write(String name, ManifestEntry entry, Source source, Condition condition)
                        throws ConflictException, TargetException, IOException, InterruptedException {
                    if (name.equals("a") && writes.incrementAndGet() < 3) {
                        throw new TargetException("SlowDown", "slow down", true, false, null);
                    }
                    return super.write(name, entry, source, condition);
                }
            };

            RestoreRecord record = patient.restore(ALL);

            assertThat(record.result()).isEqualTo(RunResult.SUCCESS);
            assertThat(record.end().attempts()).isEqualTo(3);

            writes.set(-10);
            Files.delete(folder.resolve("patient-target/a"));
            RestoreRecord failed = patient.restore(new JsonObject().put("overwrite", "always"));
            assertThat(failed.outcome().failed()).isEqualTo(Map.of("SlowDown", Tally.of(1)));
        }
    }

    @Test
    void nothingIsDeletedWhereSomethingHadToBeSkipped() {
        kit.photos("1", "1", "2", "2", "3", "3");
        kit.write("1", "1", SAVED);
        kit.write("2", "2", SAVED);
        kit.write("extra", "x", SAVED);
        kit.around = target -> new WrappedTarget(target) {
            @Override
            public Written write(String name, ManifestEntry entry, Source source, Condition condition)
                    throws ConflictException, TargetException, IOException, InterruptedException {
                kit.write(name, "theirs", SAVED.plusSeconds(50));
                return super.write(name, entry, source, condition);
            }
        };

        RestoreRecord record = kit.restore(new JsonObject().put("delete_extra", true));

        assertThat(record.outcome().skipped()).containsKey("changed");
        assertThat(record.outcome().spared()).isEqualTo(Map.of("failures", Tally.of(1)));
        assertThat(kit.files()).containsKey("extra");
    }

    @Test
    void ifOlderGoesByWholeSeconds() {
        SortedMap<String, Item> items = RestoreKit.items();
        byte[] saved = "saved".getBytes(StandardCharsets.UTF_8);
        items.put("older", new Item(saved, SAVED.plusMillis(200)));
        items.put("same", new Item(saved, SAVED.plusMillis(700)));
        kit.snapshot(SAVED, Map.of("photos", items));
        kit.write("older", "else", SAVED.minusMillis(300));
        kit.write("same", "else", SAVED.plusMillis(300));

        kit.restore(new JsonObject().put("overwrite", "if-older"));

        assertThat(kit.files()).isEqualTo(Map.of("older", "saved", "same", "else"));
    }
}
