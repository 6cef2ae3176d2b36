package io.hubstorage;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where the jar begins. A JVM takes an AOT cache from its command line alone, so where there is one, this process becomes
 * another JVM by {@code execv}: the same process id, files, environment and arguments, so that signals, exit code and
 * whoever waits for it notice nothing. What stands in the way is no reason to fail: then {@link Main} runs in this one.
 * Loads as little as it can, since all of it is loaded twice.
 */
public final class Launcher {
    /**
     * Of the JVM. With these, somebody has made up his mind about caches or watches this very JVM, or has it run with other
     * modules than a cache is made for.
     */
    private static final List<String> OWN_WAY = List.of(
            "-XX:AOT",
            "-XX:SharedArchive",
            "-XX:ArchiveClasses",
            "-Xshare",
            "-agent",
            "-javaagent",
            "-XX:StartFlight",
            "-XX:+UseCompactObjectHeaders",
            "--add-modules",
            "--limit-modules",
            "--patch-module",
            "--upgrade-module-path");

    private static final Set<String> LONG = Set.of("serve", "backup", "verify");

    private Launcher() {}

    /** Runs the program with these arguments, and does not return. */
    public static void main(String[] args) {
        if (isWorth(args)) {
            AotCache.ofThisJar(System.getenv()).ifPresent(Launcher::become);
        }
        Main.main(args);
    }

    /** Not for what only prints something: a second start of a JVM costs as much as the cache saves there. */
    static boolean isWorth(String[] args) {
        return args.length == 0 || LONG.contains(args[0]);
    }

    /** Returns if it cannot. */
    private static void become(AotCache cache) {
        try {
            Path self = Path.of("/proc/self");
            Optional<List<String>> command =
                    cache.isUsable() ? command(arguments(self.resolve("cmdline")), cache) : Optional.empty();
            if (command.isPresent()) {
                execute(Files.readSymbolicLink(self.resolve("exe")).toString(), command.get());
            }
        } catch (Throwable e) {
            // Whatever it is, the program runs without the cache as well.
        }
    }

    /** With the bytes as they are, whatever the locale says they mean. */
    private static List<String> arguments(Path file) throws IOException {
        return List.of(Files.readString(file, StandardCharsets.ISO_8859_1).split("\0", -1));
    }

    /** The command line that this process was started by, with the cache; empty where it has another way. */
    static Optional<List<String>> command(List<String> arguments, AotCache cache) {
        int jar = arguments.indexOf("-jar");
        if (jar < 1
                || arguments.subList(1, jar).stream()
                        .anyMatch(option -> OWN_WAY.stream().anyMatch(option::startsWith))) {
            return Optional.empty();
        }
        List<String> command = new ArrayList<>();
        command.add(arguments.getFirst());
        command.addAll(cache.options());
        // What follows the last end of a string is none.
        command.addAll(arguments.subList(1, arguments.size() - 1));
        return Optional.of(command);
    }

    @SuppressWarnings("restricted") // There is no other way to exec; the manifest allows it.
    private static void execute(String program, List<String> command) throws Throwable {
        Linker linker = Linker.nativeLinker();
        MethodHandle execv = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("execv"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment vector = arena.allocate(ValueLayout.ADDRESS, command.size() + 1L);
            for (int i = 0; i < command.size(); i++) {
                vector.setAtIndex(
                        ValueLayout.ADDRESS, i, arena.allocateFrom(command.get(i), StandardCharsets.ISO_8859_1));
            }
            // It returns only if it has failed.
            int _ = (int) execv.invokeExact(arena.allocateFrom(program), vector);
        }
    }
}
