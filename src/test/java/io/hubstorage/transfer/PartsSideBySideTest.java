package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;

import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.TransferMessage.Mode;
import io.hubstorage.bus.TransferMessage.Outcome;
import io.hubstorage.integrity.ParallelMd5;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Objects in parts and small ones, from the request to the manifest, with their MD5s computed in lanes. */
final class PartsSideBySideTest {
    private static final int PART = 66_000;
    /** More than is read at once, and no more parts than there are lanes: lanes are slow until they are compiled. */
    private static final int SIZE = 16 * PART - 1_000;

    private static final int SMALL_ONES = 20;

    @TempDir
    Path home;

    private final ParallelMd5 parts = new ParallelMd5(true);
    private TestShard shard;

    @BeforeEach
    void start() {
        shard = new TestShard(home, parts);
        shard.on(SyntheticBucket::tellingParts);
    }

    @AfterEach
    void stop() {
        shard.close();
    }

    @Test
    void theyAreProven() throws IOException {
        for (int number = 0; number < 3; number++) {
            shard.bucket().put(SyntheticObject.of("film" + number, SIZE, number).inParts(PART));
        }

        TransferMessage.Result result = shard.backUp();

        assertThat(result.outcome()).as(result.error()).isEqualTo(Outcome.CHANGED);
        for (SyntheticObject film : shard.bucket().objects().toList()) {
            assertThat(shard.line(film.key()).verified()).isEqualTo("multipart-md5");
            assertThat(shard.line(film.key()).sha256()).isEqualTo(film.sha256());
            assertThat(Files.readAllBytes(shard.tree().resolve(film.key()))).isEqualTo(film.body());
        }
        theyWereHashedThere();
    }

    /** Where the processor has lanes. */
    private void theyWereHashedThere() {
        assumeThat(parts.takes(PART)).as("wide enough vectors").isTrue();
        assertThat(parts.hashed()).isPositive();
    }

    @Test
    void oneWrongByteAnywhereIsFound() {
        shard.bucket().put(SyntheticObject.of("film", SIZE, 1).inParts(PART));
        everyWrongByteIsFound();
    }

    @Test
    void alsoInAnObjectOfOnePiece() {
        shard.bucket().put(SyntheticObject.of("film", SIZE, 1).inOnePiece());
        everyWrongByteIsFound();
        theyWereHashedThere();
    }

    private void everyWrongByteIsFound() {
        qt().withExamples(8).forAll(integers().between(0, SIZE - 1)).checkAssert(wrong -> {
            shard.s3().faults().clear();
            shard.s3().faults().when(RequestKind.GET).then(Fault.corruptAt((double) wrong / SIZE));
            try {
                TransferMessage.Result result = shard.run(Mode.COPY);

                assertThat(result.failures().first())
                        .singleElement()
                        .satisfies(failure -> assertThat(failure.kind()).isEqualTo("corrupt"));
                assertThat(shard.tree()).isEmptyDirectory();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private void putSmallOnes() {
        for (int number = 0; number < SMALL_ONES; number++) {
            shard.bucket()
                    .put(SyntheticObject.of("note" + number, 16_384 + 997 * number, number)
                            .inOnePiece());
        }
    }

    @Test
    void smallObjectsAreHashedThereFromMemory() throws IOException {
        putSmallOnes();

        TransferMessage.Result result = shard.backUp();

        assertThat(result.outcome()).as(result.error()).isEqualTo(Outcome.CHANGED);
        long all = 0;
        for (SyntheticObject note : shard.bucket().objects().toList()) {
            assertThat(shard.line(note.key()).verified()).isEqualTo("md5");
            assertThat(shard.line(note.key()).sha256()).isEqualTo(note.sha256());
            assertThat(shard.tree().resolve(note.key())).hasBinaryContent(note.body());
            all += note.size();
        }
        assumeThat(parts.takes(16_384)).as("wide enough vectors").isTrue();
        long expected = all;
        await().until(() -> parts.hashed() == expected);
    }

    @Test
    void aWrongByteOfASmallOneFailsThatOneAlone() {
        putSmallOnes();
        qt().withExamples(8)
                .forAll(integers().between(0, SMALL_ONES - 1), integers().between(0, 16_383))
                .checkAssert((number, wrong) -> {
                    String key = "note" + number;
                    shard.s3().faults().clear();
                    shard.s3()
                            .faults()
                            .when(request -> request.kind() == RequestKind.GET && key.equals(request.key()))
                            .then(Fault.corruptAt(
                                    wrong / (double) shard.bucket().get(key).size()));
                    try {
                        TransferMessage.Result result = shard.run(Mode.COPY);

                        assertThat(result.failures().first()).singleElement().satisfies(failure -> {
                            assertThat(failure.kind()).isEqualTo("corrupt");
                            assertThat(failure.key()).isEqualTo(key);
                        });
                        assertThat(shard.tree().toFile().list()).hasSize(SMALL_ONES - 1);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }
}
