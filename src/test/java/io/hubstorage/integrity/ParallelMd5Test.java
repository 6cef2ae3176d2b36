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
import java.security.Provider;
import java.security.Security;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As the JDK hashes, whatever is hashed side by side. */
final class ParallelMd5Test {
    private static final int LANES = 16;
    private static final int EXAMPLES = 100;
    private static final Duration SOON = Duration.ofSeconds(20);

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

    /** That need no trial. */
    private static ParallelMd5 hashes(long capacity) {
        return new ParallelMd5(new LaneTrials(LANES, true, System::nanoTime), capacity);
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
                        ByteSource source = stretches.size() % 3 == 0 ? ByteSource.of(body) : file::read;
                        Md5Lanes.Stretch stretch = new Md5Lanes.Stretch(source, from + 7L * stretches.size(), length);
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
                    ParallelMd5 hashes = hashes(capacity);
                    List<CompletableFuture<byte[]>> found = new ArrayList<>();
                    for (int index = 0; index < lengths.size(); index++) {
                        int from = index * 31;
                        int length = lengths.get(index);
                        found.add(onThread(
                                () -> hashes.submit(file::read, from, length).get()));
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
        ParallelMd5 hashes = hashes(1 << 20);
        FileChannel other = open("other");
        List<ParallelMd5.Pending> pending = new ArrayList<>();
        for (int index = 0; index < LANES; index++) {
            pending.add(hashes.submit(other::read, index, 1_000));
        }
        await().until(() -> hashes.hashed() == LANES * 1_000);
        other.close();

        for (int index = 0; index < LANES; index++) {
            assertThat(pending.get(index).get()).isEqualTo(expected(index, 1_000));
        }
    }

    @Test
    void aFileThatCannotBeReadFailsItsOwnStretchesAlone() throws Exception {
        ParallelMd5 hashes = hashes(1 << 20);
        FileChannel closed = open("closed");
        List<ParallelMd5.Pending> right = new ArrayList<>();
        List<ParallelMd5.Pending> wrong = new ArrayList<>();
        for (int index = 0; index < 5; index++) {
            wrong.add(hashes.submit(closed::read, 0, 100));
            right.add(hashes.submit(file::read, index, 100));
            wrong.add(hashes.submit(file::read, body.length - 50, 100));
        }
        closed.close();

        for (int index = 0; index < 5; index++) {
            assertThat(right.get(index).get()).isEqualTo(expected(index, 100));
        }
        assertThat(wrong).allSatisfy(each -> assertThatThrownBy(each::get).isInstanceOf(IOException.class));
    }

    /** To read from it is a mistake of the program's, which no reader of files has to expect. */
    private FileChannel unreadable() throws IOException {
        return FileChannel.open(folder.resolve("body"), StandardOpenOption.WRITE);
    }

    private static void failsByName(CompletableFuture<byte[]> hash) {
        assertThat(hash)
                .failsWithin(SOON)
                .withThrowableOfType(ExecutionException.class)
                .havingCause()
                .isInstanceOf(IOException.class)
                .withMessageContaining("the MD5 could not be computed")
                .withMessageContaining("NonReadableChannelException");
    }

    @Test
    void anErrorWhileAStretchIsHashedAloneFailsItAndNothingElse() throws Exception {
        ParallelMd5 hashes = hashes(1 << 20);
        try (FileChannel unreadable = unreadable()) {
            failsByName(onThread(() -> hashes.submit(unreadable::read, 0, 1_000).get()));

            assertThat(hashes.submit(file::read, 0, 1_000).get()).isEqualTo(expected(0, 1_000));
        }
    }

    @Test
    void nobodyWaitsForEverAfterAnErrorInTheLanes() throws Exception {
        ParallelMd5 hashes = hashes(LANES * 1_000);
        try (FileChannel unreadable = unreadable()) {
            List<ParallelMd5.Pending> pending = new ArrayList<>();
            for (int index = 1; index < LANES; index++) {
                pending.add(hashes.submit(unreadable::read, index, 1_000));
            }
            // Finds no room until the error has made some.
            CompletableFuture<byte[]> late =
                    onThread(() -> hashes.submit(file::read, 0, 2_000).get());

            for (ParallelMd5.Pending each : pending) {
                failsByName(onThread(each::get));
            }
            assertThat(late).succeedsWithin(SOON).isEqualTo(expected(0, 2_000));
        }
        for (int index = 0; index < 2 * LANES; index++) {
            int from = index;
            assertThat(onThread(() -> hashes.submit(file::read, from, 1_000).get()))
                    .as("there is room again")
                    .succeedsWithin(SOON)
                    .isEqualTo(expected(from, 1_000));
        }
    }

    @Test
    void aDiskThatHangsHoldsUpNoBodyInMemory() throws Exception {
        ParallelMd5 hashes = hashes(1 << 20);
        CompletableFuture<Boolean> virtual = new CompletableFuture<>();
        CountDownLatch answers = new CountDownLatch(1);
        CompletableFuture<byte[]> late = onThread(() -> hashes.submit(
                        (into, position) -> {
                            virtual.complete(Thread.currentThread().isVirtual());
                            awaitUnchecked(answers);
                            return file.read(into, position);
                        },
                        0,
                        1_000)
                .get());
        assertThat(virtual).as("takes a carrier with it").succeedsWithin(SOON).isEqualTo(false);

        assertThat(onThread(() -> hashes.submit(ByteSource.of(body), 1, 1_000).get()))
                .succeedsWithin(SOON)
                .isEqualTo(expected(1, 1_000));

        assertThat(late).isNotDone();
        answers.countDown();
        assertThat(late).succeedsWithin(SOON).isEqualTo(expected(0, 1_000));
    }

    private static void awaitUnchecked(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatIsTooLongOrTooShortIsNotTaken() {
        ParallelMd5 hashes = hashes(400 << 10);

        assertThat(hashes.takes(100 << 10)).isTrue();
        assertThat(hashes.takes((100 << 10) + 1))
                .as("four of them are more than may wait")
                .isFalse();
        assertThat(hashes.takes(16 << 10)).isTrue();
        assertThat(hashes.takes((16 << 10) - 1)).as("a made-up number of parts").isFalse();
        assertThat(new ParallelMd5(new LaneTrials(0, true, System::nanoTime), 400 << 10).takes(100 << 10))
                .as("no lanes")
                .isFalse();
    }

    /** What is measured takes as long as this says, in turns. */
    private static final class Stopwatch implements LongSupplier {
        private long[] spent;
        private int asked;
        private long now;

        Stopwatch(long... spent) {
            this.spent = spent;
        }

        @Override
        public synchronized long getAsLong() {
            if (asked++ % 2 == 1) {
                now += spent[(asked / 2 - 1) % spent.length];
            }
            return now;
        }

        /** To be called between two measurements. */
        synchronized void set(long... spent) {
            this.spent = spent;
            asked = 0;
        }

        synchronized boolean isBetween() {
            return asked % 2 == 0;
        }
    }

    private static ParallelMd5 untried(Stopwatch stopwatch) {
        return new ParallelMd5(new LaneTrials(LANES, false, stopwatch), 1 << 30);
    }

    @Test
    void lanesThatAreNotTwiceAsFastStayRefused() {
        ParallelMd5 hashes = untried(new Stopwatch(50, 100));

        for (int trial = 1; trial <= 20; trial++) {
            assertThat(hashes.takes(16 << 20)).isFalse();
        }
    }

    @Test
    void lanesThatAreTwiceAsFastAreTakenAfterSomeTrials() {
        ParallelMd5 hashes = untried(new Stopwatch(49, 100));

        for (int trial = 1; trial < 8; trial++) {
            assertThat(hashes.takes(16 << 20)).isFalse();
        }
        assertThat(hashes.takes(16 << 20)).isTrue();
    }

    @Test
    void aSlowTrialBesideQuickOnesSaysNothing() {
        ParallelMd5 hashes = untried(new Stopwatch(49, 100, 4_000, 100));

        for (int trial = 1; trial < 8; trial++) {
            assertThat(hashes.takes(16 << 20)).isFalse();
        }
        assertThat(hashes.takes(16 << 20)).isTrue();
    }

    @Test
    void lanesThatBecomeSlowAreTriedAgain() throws Exception {
        Stopwatch stopwatch = new Stopwatch(49, 100);
        ParallelMd5 hashes = untried(stopwatch);
        for (int trial = 1; trial <= 8; trial++) {
            hashes.takes(16 << 20);
        }
        stopwatch.set(10_000);
        List<ParallelMd5.Pending> pending = new ArrayList<>();
        for (int index = 0; index < 8 * LANES; index++) {
            pending.add(hashes.submit(file::read, index, 2_000));
        }
        for (int index = 0; index < 8 * LANES; index++) {
            assertThat(pending.get(index).get()).isEqualTo(expected(index, 2_000));
        }
        await().until(() -> stopwatch.isBetween() && !hashes.takes(64 << 10));

        stopwatch.set(49, 100);
        for (int trial = 1; trial < 8; trial++) {
            assertThat(hashes.takes(16 << 20)).isFalse();
        }
        assertThat(hashes.takes(16 << 20)).isTrue();
    }

    @Test
    void aTrialLeavesAloneWhatRestsInTheLanes() throws Exception {
        ParallelMd5 hashes = untried(new Stopwatch(100));
        List<ParallelMd5.Pending> pending = new ArrayList<>();
        pending.add(hashes.submit(file::read, 0, 100));
        for (int index = 1; index < LANES; index++) {
            pending.add(hashes.submit(file::read, index, 10_000));
        }
        await().until(() -> hashes.hashed() == 100);

        for (int trial = 1; trial <= 3; trial++) {
            hashes.takes(16 << 20);
        }

        for (int index = 1; index < LANES; index++) {
            assertThat(pending.get(index).get()).isEqualTo(expected(index, 10_000));
        }
    }

    /** Of a JVM that was started without the module. */
    public static final class Without {
        private Without() {}

        /** Prints how many lanes there are. */
        public static void main(String[] args) {
            System.out.print(LaneTrials.lanesOfTheProcessor());
        }
    }

    @Test
    void withoutTheModuleThereAreNoLanes() throws IOException {
        assertThat(run(Without.class)).isEqualTo("0");
    }

    @Test
    void theModuleIsLoadedWhereTheManifestAllowsIt() throws IOException {
        // As its Add-Exports does.
        assertThat(run(Without.class, "--add-exports=java.base/jdk.internal.module=ALL-UNNAMED"))
                .isEqualTo(Integer.toString(LaneTrials.lanesOfTheProcessor()));
        assertThat(run(
                        Without.class,
                        "--add-exports=java.base/jdk.internal.module=ALL-UNNAMED",
                        "-Dhubstorage.vectors=off"))
                .isEqualTo("0");
    }

    /** Of a JVM with the module, where no buffer can be had. */
    public static final class Exhausted {
        private Exhausted() {}

        /** Prints whether a file is taken, and what comes of as many as need lanes. */
        public static void main(String[] args) throws IOException, InterruptedException {
            ParallelMd5 hashes = new ParallelMd5(new LaneTrials(LANES, false, System::nanoTime), 1 << 30);
            System.out.println(hashes.takes(16 << 20));
            try (FileChannel file = FileChannel.open(Path.of(args[0]))) {
                List<ParallelMd5.Pending> pending = new ArrayList<>();
                for (int index = 0; index < 4; index++) {
                    pending.add(hashes.submit(file::read, index, 1_000));
                }
                for (ParallelMd5.Pending each : pending) {
                    try {
                        each.get();
                    } catch (IOException e) {
                        System.out.println(e.getMessage());
                    }
                }
            }
        }
    }

    @Test
    void whereMemoryIsShortNothingIsTakenAndNothingHangs() throws IOException {
        assertThat(run(
                        Exhausted.class,
                        "--add-modules=jdk.incubator.vector",
                        "-XX:MaxDirectMemorySize=4k",
                        folder.resolve("body").toString()))
                .matches("false\n(the MD5 could not be computed: java.lang.OutOfMemoryError: .*\n){4}");
    }

    /** Of a JVM that has no MD5, in the place of an error that cannot be brought about. */
    public static final class Deprived {
        private Deprived() {}

        /** Prints what comes of a stretch that is hashed alone, and what is wrong with it. */
        public static void main(String[] args) throws InterruptedException {
            for (Provider provider : Security.getProviders("MessageDigest.MD5")) {
                Security.removeProvider(provider.getName());
            }
            ParallelMd5 hashes = new ParallelMd5(new LaneTrials(LANES, true, System::nanoTime), 1 << 30);
            CompletableFuture<byte[]> hash = onThread(
                    () -> hashes.submit(ByteSource.of(new byte[100]), 0, 100).get());
            try {
                hash.get(SOON.toSeconds(), TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                System.out.print(e.getMessage());
            }
        }
    }

    @Test
    void whoeverWaitsForAHashThatCannotEvenBeginIsToldSo() throws IOException {
        assertThat(run(Deprived.class)).contains("the MD5 could not be computed", "every Java platform has MD5");
    }

    /** What a class prints, of this class path. */
    private static String run(Class<?> main, String... arguments) throws IOException {
        Map<Boolean, List<String>> options =
                Arrays.stream(arguments).collect(Collectors.partitioningBy(each -> each.startsWith("-")));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options.get(true));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(options.get(false));
        return Shell.run(Path.of("."), Map.of(), Duration.ofMinutes(1), command)
                .succeeded()
                .out();
    }
}
