package io.hubstorage.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import io.hubstorage.testkit.Shell;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As the JDK hashes, whatever is hashed side by side. */
final class ParallelMd5Test {
    private static final int LANES = 16;
    private static final int EXAMPLES = 100;

    @TempDir
    Path folder;

    private final byte[] body = new byte[20_000];
    private FileChannel file;

    @BeforeEach
    void write() throws IOException {
        new Random(1).nextBytes(body);
        file = open("body");
    }

    @AfterEach
    void close() throws IOException {
        file.close();
    }

    private FileChannel open(String name) throws IOException {
        FileChannel opened = FileChannel.open(
                folder.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        opened.write(ByteBuffer.wrap(body), 0);
        return opened;
    }

    private byte[] expected(int from, int length) {
        return Algorithm.MD5.start().digest(Arrays.copyOfRange(body, from, from + length));
    }

    @Test
    void stretchesOfAnyLengthAreHashedInLanesAsOneByOne() {
        qt().withExamples(EXAMPLES)
                .forAll(
                        lists().of(integers().between(0, 1_000)).ofSizeBetween(1, 40),
                        integers().between(1, 5),
                        integers().between(0, 1_000))
                .checkAssert((lengths, blocks, from) -> {
                    Md5Lanes lanes = new Md5Lanes(blocks * Md5Vectors.BLOCK);
                    List<Md5Lanes.Stretch> stretches = new ArrayList<>();
                    long done = 0;
                    for (int length : lengths) {
                        while (lanes.free() == 0) {
                            done += lanes.step();
                        }
                        // Each begins where the last one ended, so that no two hash the same.
                        Md5Lanes.Stretch stretch = new Md5Lanes.Stretch(file, from + 7L * stretches.size(), length);
                        stretches.add(stretch);
                        lanes.begin(stretch);
                    }
                    while (lanes.working() > 0) {
                        done += lanes.step();
                    }
                    assertThat(done)
                            .isEqualTo(
                                    lengths.stream().mapToLong(length -> length).sum());
                    for (int index = 0; index < stretches.size(); index++) {
                        assertThat(stretches.get(index).getNow(new byte[0]))
                                .isEqualTo(expected(from + 7 * index, lengths.get(index)));
                    }
                });
    }

    @Test
    void whatIsHandedOverByManyAtOnceIsHashed() {
        qt().withExamples(EXAMPLES)
                .forAll(
                        lists().of(integers().between(1, 500)).ofSizeBetween(1, 60),
                        integers().between(1, 4_000))
                .checkAssert((lengths, capacity) -> {
                    ParallelMd5 hashes = new ParallelMd5(LANES, capacity, true);
                    List<CompletableFuture<byte[]>> found = new ArrayList<>();
                    for (int index = 0; index < lengths.size(); index++) {
                        int from = index * 31;
                        int length = lengths.get(index);
                        found.add(
                                onThread(() -> hashes.submit(file, from, length).get()));
                    }
                    for (int index = 0; index < lengths.size(); index++) {
                        assertThat(found.get(index).join()).isEqualTo(expected(index * 31, lengths.get(index)));
                    }
                });
    }

    private interface Hash {
        byte[] get() throws IOException, InterruptedException;
    }

    private static CompletableFuture<byte[]> onThread(Hash hash) {
        CompletableFuture<byte[]> found = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                found.complete(hash.get());
            } catch (IOException | InterruptedException | RuntimeException e) {
                found.completeExceptionally(e);
            }
        });
        return found;
    }

    @Test
    void aLaneForEachIsEnoughToBeginWithoutAnybodyWaiting() throws Exception {
        ParallelMd5 hashes = new ParallelMd5(LANES, 1 << 20, true);
        FileChannel other = open("other");
        List<ParallelMd5.Pending> pending = new ArrayList<>();
        for (int index = 0; index < LANES; index++) {
            pending.add(hashes.submit(other, index, 1_000));
        }
        await().until(() -> hashes.hashed() == LANES * 1_000);
        other.close();

        for (int index = 0; index < LANES; index++) {
            assertThat(pending.get(index).get()).isEqualTo(expected(index, 1_000));
        }
    }

    @Test
    void aFileThatCannotBeReadFailsItsOwnStretchesAlone() throws Exception {
        ParallelMd5 hashes = new ParallelMd5(LANES, 1 << 20, true);
        FileChannel closed = open("closed");
        List<ParallelMd5.Pending> right = new ArrayList<>();
        List<ParallelMd5.Pending> wrong = new ArrayList<>();
        for (int index = 0; index < 5; index++) {
            wrong.add(hashes.submit(closed, 0, 100));
            right.add(hashes.submit(file, index, 100));
            wrong.add(hashes.submit(file, body.length - 50, 100));
        }
        closed.close();

        for (int index = 0; index < 5; index++) {
            assertThat(right.get(index).get()).isEqualTo(expected(index, 100));
        }
        assertThat(wrong).allSatisfy(each -> assertThatThrownBy(each::get).isInstanceOf(IOException.class));
    }

    @Test
    void nothingIsTakenThatIsTooLongOrBeforeTheLanesHaveShownThatTheyAreFaster() {
        ParallelMd5 proven = new ParallelMd5(LANES, 400, true);
        ParallelMd5 untried = new ParallelMd5(LANES, 1 << 30, false);

        assertThat(proven.takes(100)).isTrue();
        assertThat(proven.takes(101)).as("four of them are more than may wait").isFalse();
        assertThat(new ParallelMd5(0, 400, true).takes(1)).as("no lanes").isFalse();
        for (int trial = 1; trial < 8; trial++) {
            assertThat(untried.takes(16 << 20)).isFalse();
        }
    }

    @Test
    void aTrialLeavesTheLanesAsTheyWere() {
        Md5Lanes lanes = new Md5Lanes(1024);
        lanes.rehearse(16);
        Md5Lanes.Stretch stretch = new Md5Lanes.Stretch(file, 0, 5_000);
        lanes.begin(stretch);
        while (lanes.working() > 0) {
            lanes.step();
        }

        assertThat(stretch.join()).isEqualTo(expected(0, 5_000));
    }

    /** Of a JVM without the module, where the class with the vectors could not be loaded. */
    public static final class Without {
        private Without() {}

        /** Prints how many lanes there are. */
        public static void main(String[] args) {
            System.out.print(ParallelMd5.lanesOfTheProcessor());
        }
    }

    @Test
    void withoutTheModuleThereAreNoLanes() throws IOException {
        Shell.Result result = Shell.run(
                Path.of("."),
                Map.of(),
                Duration.ofMinutes(1),
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Without.class.getName()));

        assertThat(result.succeeded().out()).isEqualTo("0");
    }
}
