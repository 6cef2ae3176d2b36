package io.hubstorage.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.longs;

import io.hubstorage.bus.RestoreRecord;
import io.hubstorage.bus.RestoreRecord.Outcome;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Tally;
import io.hubstorage.fs.Trees;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.restore.RestoreKit.Item;
import io.hubstorage.restore.targets.Source;
import io.hubstorage.restore.targets.Target;
import io.hubstorage.testkit.Examples;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random snapshots into random folders, by every mode and filter, killed at random places: compared with a model. */
final class RestorePropertyTest {
    private static final Instant SAVED = RestoreKit.SAVED;
    private static final List<String> MODES = List.of("never", "if-different", "if-older", "always");

    @TempDir
    Path folder;

    @AutoClose
    private RestoreKit kit;

    @BeforeEach
    void open() throws IOException {
        Path real = folder.toRealPath();
        kit = new RestoreKit(
                real,
                real.resolve("target"),
                new JsonObject().put("guards", new JsonObject().put("max_shrink_percent", 100)));
    }

    /** The process ends here. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    @Test
    void theTargetIsWhatTheModelSaysAndNothingIsWrittenTwiceWhereverItIsKilled() {
        qt().withExamples(Examples.upTo(60))
                .forAll(longs().all())
                .checkAssert(seed -> new Scenario(new SplittableRandom(seed)).check());
    }

    private final class Scenario {
        private final SplittableRandom random;
        private final SortedMap<String, Item> source = RestoreKit.items();
        private final SortedMap<String, Item> before = RestoreKit.items();
        private final String mode;
        private final boolean delete;
        private final JsonObject request;
        private final Map<String, Integer> writes = new ConcurrentHashMap<>();

        Scenario(SplittableRandom random) {
            this.random = random;
            clear();
            fill(source, 0);
            fill(before, 200);
            source.forEach((key, item) -> {
                if (random.nextInt(3) == 0) {
                    before.put(key, item);
                }
            });
            mode = MODES.get(random.nextInt(MODES.size()));
            delete = random.nextBoolean();
            request = new JsonObject().put("overwrite", mode).put("delete_extra", delete);
            filter();
        }

        private void clear() {
            try {
                Trees.delete(kit.target);
                Trees.delete(kit.data);
                Files.createDirectories(kit.data);
                Files.createDirectories(kit.target);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Folders are called otherwise than files, so that no key is in the way of another. */
        private void fill(SortedMap<String, Item> items, int spread) {
            int count = random.nextInt(30);
            for (int i = 0; i < count; i++) {
                StringBuilder key = new StringBuilder();
                for (int depth = random.nextInt(3); depth > 0; depth--) {
                    key.append('d').append(random.nextInt(3)).append('/');
                }
                key.append('f').append(random.nextInt(8)).append(random.nextBoolean() ? ".txt" : "");
                String text = "x".repeat(random.nextInt(4)) + random.nextInt(3);
                items.put(
                        key.toString(),
                        new Item(
                                text.getBytes(StandardCharsets.UTF_8),
                                SAVED.plusSeconds(spread == 0 ? 0 : random.nextInt(spread) - spread / 2)));
            }
        }

        private void filter() {
            if (random.nextBoolean()) {
                request.put(
                        "prefixes",
                        new JsonArray().add("d" + random.nextInt(3) + "/").add("f"));
            }
            if (random.nextInt(3) == 0) {
                request.put("keys", new JsonArray().add("d1/f1").add("f0.txt"));
            }
            if (random.nextInt(3) == 0) {
                request.put("exclude", new JsonArray().add("*.txt"));
            }
        }

        private boolean reaches(String key) {
            List<String> prefixes = texts("prefixes");
            List<String> keys = texts("keys");
            boolean spanned = (prefixes.isEmpty() && keys.isEmpty())
                    || keys.contains(key)
                    || prefixes.stream().anyMatch(key::startsWith);
            return spanned && !(request.containsKey("exclude") && key.endsWith(".txt"));
        }

        private List<String> texts(String member) {
            return request.getJsonArray(member, new JsonArray()).stream()
                    .map(String::valueOf)
                    .toList();
        }

        private boolean isWritten(Item saved, @Nullable Item there) {
            if (there == null || mode.equals("always")) {
                return true;
            }
            if (isSame(saved, there)) {
                return false;
            }
            return mode.equals("if-different")
                    || (mode.equals("if-older") && there.modified().isBefore(saved.modified()));
        }

        private static boolean isSame(Item saved, Item there) {
            return saved.bytes().length == there.bytes().length
                    && saved.modified().equals(there.modified());
        }

        void check() {
            before.forEach(
                    (path, item) -> kit.write(path, new String(item.bytes(), StandardCharsets.UTF_8), item.modified()));
            SortedMap<String, @Nullable String> expected = new TreeMap<>(kit.files());
            Tally planned = Tally.ZERO;
            int written = 0;
            int identical = 0;
            for (Map.Entry<String, Item> each : source.entrySet()) {
                if (reaches(each.getKey())) {
                    Item there = before.get(each.getKey());
                    planned = planned.plus(Tally.of(each.getValue().bytes().length));
                    if (isWritten(each.getValue(), there)) {
                        written++;
                        expected.put(each.getKey(), new String(each.getValue().bytes(), StandardCharsets.UTF_8));
                    } else if (there != null && isSame(each.getValue(), there)) {
                        identical++;
                    }
                }
            }
            Predicate<String> extra = key -> delete && reaches(key) && !source.containsKey(key);
            int deleted = (int) before.keySet().stream().filter(extra).count();
            expected.keySet().removeIf(extra);

            kit.snapshot(SAVED, Map.of("photos", source));
            kit.around = target -> target;
            Restores.Planned plan = kit.plan(request);
            if (planned.objects() == 0 && deleted == 0) {
                assertThat(RestoreKit.made(plan).problems()).isNotEmpty();
                return;
            }
            assertThat(RestoreKit.made(plan).problems()).isEmpty();
            RestoreRecord record = killedSeveralTimes(plan);

            assertThat(kit.files()).isEqualTo(expected);
            Outcome outcome = record.outcome();
            assertThat(record.result()).isEqualTo(RunResult.SUCCESS);
            assertThat(outcome.planned()).isEqualTo(planned);
            assertThat(outcome.written().objects()).isEqualTo(written);
            assertThat(outcome.identical().objects()).isEqualTo(identical);
            assertThat(outcome.deleted().objects()).isEqualTo(deleted);
            assertThat(outcome.left()).isEqualTo(Tally.ZERO);
            assertThat(writes.values()).allMatch(count -> count == 1);
        }

        private RestoreRecord killedSeveralTimes(Restores.Planned plan) {
            for (int kills = random.nextInt(4); kills > 0; kills--) {
                int at = random.nextInt(source.size() + 3);
                boolean afterwards = random.nextBoolean();
                kit.around = target -> new Deadly(target, at, afterwards);
                try {
                    return kit.run(plan);
                } catch (Killed killed) {
                    tear(plan);
                }
            }
            kit.around = target -> new Deadly(target, Integer.MAX_VALUE, false);
            return kit.run(plan);
        }

        /** As a process leaves it that ends in the middle of a line. */
        private void tear(Restores.Planned plan) {
            Path journal = kit.restores.journal(plan.id());
            if (random.nextBoolean() && Files.exists(journal)) {
                try {
                    Files.writeString(journal, "{\"ended\":1,\"si", StandardOpenOption.APPEND);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }

        /** Ends the process at the n-th write or deletion, before or after it. */
        private final class Deadly extends WrappedTarget {
            private final AtomicInteger steps = new AtomicInteger();
            private final int at;
            private final boolean afterwards;

            Deadly(Target inner, int at, boolean afterwards) {
                super(inner);
                this.at = at;
                this.afterwards = afterwards;
            }

            private boolean dies() {
                return steps.getAndIncrement() == at;
            }

            @Override
            public Written write(String name, ManifestEntry entry, Source source, Condition condition)
                    throws ConflictException, TargetException, IOException, InterruptedException {
                boolean dies = dies();
                if (dies && !afterwards) {
                    throw new Killed();
                }
                Written written = super.write(name, entry, source, condition);
                writes.merge(name, 1, Integer::sum);
                if (dies) {
                    throw new Killed();
                }
                return written;
            }

            /** What is dead clears nothing away. */
            @Override
            public void clear() throws TargetException, IOException, InterruptedException {
                if (steps.get() > at) {
                    throw new Killed();
                }
                super.clear();
            }

            @Override
            public void delete(Found expected)
                    throws ConflictException, TargetException, IOException, InterruptedException {
                boolean dies = dies();
                if (dies && !afterwards) {
                    throw new Killed();
                }
                super.delete(expected);
                if (dies) {
                    throw new Killed();
                }
            }
        }
    }
}
