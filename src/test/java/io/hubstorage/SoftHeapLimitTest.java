package io.hubstorage;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.Addresses;
import io.hubstorage.testkit.Shell;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** In JVMs of their own, under the image's flags in a container of 1 GiB. */
final class SoftHeapLimitTest {
    @Test
    void garbageThatHasGrownOldIsLookedForLongBeforeTheHeapIsFull() throws IOException {
        // Of 512 that it may take.
        assertThat(under("8").largest()).isLessThan(192);
    }

    /** Else each young collection would be followed by a full one. */
    @Test
    void whatIsAliveMayGrowWithoutEndlessCollections() throws IOException {
        Outcome outcome = under("200");

        assertThat(outcome.largest()).isGreaterThan(200);
        assertThat(outcome.fullCollections()).isLessThan(30);
    }

    @Test
    void afterARunItsMemoryGoesBackToTheSystem() throws IOException {
        assertThat(under("100").afterwards()).isLessThan(48);
    }

    /** MiB of heap taken from the system. */
    private record Outcome(long largest, long fullCollections, long afterwards) {}

    private static Outcome under(String alive) throws IOException {
        List<String> flags = new ArrayList<>();
        Files.readAllLines(Path.of("docker/jvm.args")).stream()
                .filter(line -> line.startsWith("-") && !line.startsWith("-DZstdNativePath"))
                .forEach(flags::add);
        flags.add("-XX:MaxRAM=1g");
        // What is compiled, and how, is no part of the heap.
        flags.add("-XX:TieredStopAtLevel=1");
        String[] told = Shell.run(
                        Path.of("."), Map.of(), Duration.ofMinutes(2), Shell.java(flags, Fleeting.class, alive))
                .succeeded()
                .out()
                .strip()
                .split(" ", -1);
        return new Outcome(Long.parseLong(told[0]), Long.parseLong(told[1]), Long.parseLong(told[2]));
    }

    /** Allocates 1 GiB, of which the newest so many MiB are alive at any time; then nothing is, and a run ends. */
    static final class Fleeting {
        private static final int EACH = 16 << 10;
        private static final int ALL = (1 << 20) / 16;

        private Fleeting() {}

        public static void main(String[] arguments) {
            Vertx vertx = Vertx.vertx();
            SoftHeapLimit.keep(vertx);
            byte[][] alive = new byte[Integer.parseInt(arguments[0]) * (1 << 20) / EACH][];
            long largest = 0;
            for (int i = 0; i < ALL; i++) {
                alive[i % alive.length] = new byte[EACH];
                largest = Math.max(largest, taken());
            }
            long collections = fullCollections();
            Arrays.fill(alive, null);
            long before = fullCollections();
            vertx.eventBus().publish(Addresses.BACKUP_FINISHED, "{}");
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> fullCollections() > before);
            System.out.printf("%d %d %d%n", largest, collections, taken());
            System.exit(0);
        }

        private static long fullCollections() {
            return ManagementFactory.getGarbageCollectorMXBeans().stream()
                    .filter(collector -> collector.getName().equals("MarkSweepCompact"))
                    .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                    .sum();
        }

        private static long taken() {
            return Runtime.getRuntime().totalMemory() >> 20;
        }
    }
}
