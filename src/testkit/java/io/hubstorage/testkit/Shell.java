package io.hubstorage.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a program to its end, with nothing on its stdin and no terminal. */
public final class Shell {
    private Shell() {}

    /**
     * How it ended.
     *
     * @param err empty when it went to {@code out} too
     */
    public record Result(int code, String out, String err) {
        /** Itself, if the program was content. */
        public Result succeeded() {
            if (code != 0) {
                throw new AssertionError("it ended with %d:\n%s%s".formatted(code, out, err));
            }
            return this;
        }
    }

    /** What starts a class of this class path in a JVM of its own, with these flags. */
    public static List<String> java(List<String> flags, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** What a class of this class path says that runs to its end in so much memory, the direct one likewise. */
    public static String inHeap(int mebibytes, Class<?> main, String... arguments) {
        List<String> flags = List.of(
                "-Xmx%dm".formatted(mebibytes),
                "-XX:MaxDirectMemorySize=%dm".formatted(mebibytes),
                "-XX:+UseSerialGC",
                // Its compilers would have more to do than the program.
                "-XX:TieredStopAtLevel=1",
                // What each processor has for itself is not what is measured.
                "-XX:ActiveProcessorCount=2",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow");
        Result ended = run(Path.of("."), Map.of(), Duration.ofMinutes(5), java(flags, main, arguments));
        return ended.succeeded().out() + ended.err();
    }

    /** Runs a command in a folder with these variables besides (or, where the value is empty, without them). Blocks. */
    public static Result run(Path folder, Map<String, String> environment, Duration atMost, List<String> command) {
        try {
            Path out = Files.createTempFile("out", ".txt");
            Path err = Files.createTempFile("err", ".txt");
            try {
                ProcessBuilder builder = new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectInput(ProcessBuilder.Redirect.from(
                                Path.of("/dev/null").toFile()))
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
                environment.forEach((name, value) -> {
                    if (value.isEmpty()) {
                        builder.environment().remove(name);
                    } else {
                        builder.environment().put(name, value);
                    }
                });
                Process process = builder.start();
                if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.descendants().forEach(ProcessHandle::destroyForcibly);
                    process.destroyForcibly().waitFor();
                    throw new AssertionError("%s did not end within %s:\n%s%s"
                            .formatted(command, atMost, Files.readString(out), Files.readString(err)));
                }
                return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
