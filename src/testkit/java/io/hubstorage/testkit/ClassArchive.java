package io.hubstorage.testkit;

import io.hubstorage.fs.Trees;
import io.hubstorage.launch.Rehearsal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How the tests start the jar: as one of many processes that each live for seconds. Their classes come loaded and linked from a file
 * beside the jar (JEP 483), which is made before the first of them starts and serves all; what is hot is compiled once and cheaply. None
 * of it decides what the program does. Tests of the JVM's own part in it (the launcher's cache, which thread loads what) do without.
 */
final class ClassArchive {
    /** Of the JVM that makes it and of those that use it, which must agree. */
    private static final List<String> OPTIONS = List.of(
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            // Where it does not fit after all, the process is slower and says nothing.
            "-Xlog:aot*=off,cds*=off",
            // As in the jar's manifest, without which it is made.
            "--enable-native-access=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.module=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static @Nullable List<String> options;

    private ClassArchive() {}

    /** The options of a JVM that runs the jar; makes the archive where there is none of this jar. */
    static synchronized List<String> options() {
        if (options == null) {
            options = find();
        }
        return options;
    }

    private static List<String> find() {
        Path jar = HubProcess.jar();
        Path archive = Path.of(jar + ".aot");
        try (FileChannel channel = FileChannel.open(
                        Path.of(archive + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                // Of several test JVMs one makes it.
                FileLock _ = channel.lock()) {
            if (!Files.exists(archive)
                    || Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(jar)) < 0) {
                make(jar, archive);
            }
        } catch (IOException | UncheckedIOException | AssertionError e) {
            System.err.println("The tests' processes start without an archive of their classes: " + e.getMessage());
            return OPTIONS;
        }
        return Stream.concat(OPTIONS.stream(), Stream.of("-XX:AOTCache=" + archive))
                .toList();
    }

    private static void make(Path jar, Path archive) throws IOException {
        Path work = Files.createTempDirectory("hubstorage-archive-");
        try {
            Path draft = work.resolve("draft.aot");
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(OPTIONS);
            command.add("-XX:AOTCacheOutput=" + draft);
            // With the module of the vectors loaded, none can be made.
            command.add("-Dhubstorage.vectors=off");
            command.addAll(List.of("-cp", jar.toString(), Rehearsal.class.getName(), work + "/home"));
            Shell.run(work, Map.of("JAVA_TOOL_OPTIONS", "", "JDK_JAVA_OPTIONS", ""), PATIENCE, command)
                    .succeeded();
            if (!Files.exists(draft)) {
                throw new AssertionError("the JVM has made none");
            }
            Files.move(draft, archive, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Trees.delete(work);
        }
    }
}
