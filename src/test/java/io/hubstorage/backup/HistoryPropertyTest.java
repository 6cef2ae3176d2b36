package io.hubstorage.backup;

import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.booleans;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import io.hubstorage.fs.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

/** Random buckets through random histories; after each run everything on disk is compared with a model. */
final class HistoryPropertyTest {
    /** {@code mvn test -Dtest=HistoryPropertyTest -Dhistories=1000} plays more. */
    private static final int EXAMPLES = Integer.getInteger("histories", 12);

    private static Gen<List<List<Integer>>> histories() {
        return lists().of(lists().of(integers().between(0, 99_999)).ofSizeBetween(2, 12))
                .ofSizeBetween(2, 6);
    }

    @Test
    void everySnapshotOfEveryHistoryHoldsWhatItMustAndOlderOnesNeverChange() {
        qt().withExamples(EXAMPLES)
                .withShrinkCycles(20)
                .forAll(histories(), booleans().all())
                .checkAssert(HistoryPropertyTest::play);
    }

    private static void play(List<List<Integer>> history, boolean delete) {
        try {
            Path home = Files.createTempDirectory("hubstorage-history");
            try (ModelledEngine engine = new ModelledEngine(home, delete)) {
                for (List<Integer> step : history) {
                    step.forEach(engine::change);
                    engine.backUp();
                }
                engine.recheckAll();
            } finally {
                Trees.delete(home);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
