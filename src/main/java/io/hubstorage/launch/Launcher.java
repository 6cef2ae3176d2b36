package io.hubstorage.launch;

import io.hubstorage.Main;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Starts the program. A JVM takes an AOT cache from its command line alone, so where {@link AotCache} has one this process turns
 * into another JVM by {@code execv}, with the same process id, streams, environment and arguments. Where there is none yet, or
 * anything is unusual, {@link Main} runs in this JVM. Loads as few classes as it can, since all of this code runs uncompiled.
 */
public final class Launcher {
    private static final int JAVA = 25;
    /** Commands that run long enough for a second JVM to pay. */
    private static final Set<String> LONG = Set.of("serve", "backup", "verify", "restore");
    /** Options that do not matter to a cache. Whoever gives any other has made up their mind about the JVM. */
    private static final List<String> HARMLESS =
            List.of("-Xmx", "-Xms", "-Xss", "-D", "--enable-native-access=", "--sun-misc-unsafe-memory-access=");
    /** Starts an agent, whose listening socket would stay open in the second JVM. */
    private static final String AGENT = "-Dcom.sun.management";
    /** They hold options that appear on no command line. */
    private static final Set<String> VARIABLES = Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

    static final List<Path> CONTAINERS = List.of(Path.of("/.dockerenv"), Path.of("/run/.containerenv"));
    /** They tell of a build, or of a container, where they are set. */
    static final List<String> PASSING = List.of("CI", "KUBERNETES_SERVICE_HOST", "container");
    /** Tells of a systemd unit: the process that it has started, an ancestor of this one or this one itself. */
    static final String UNIT = "SYSTEMD_EXEC_PID";

    private static final List<String> TELLING = List.of("--help", "-h", "--version", "-V");
    /**
     * Of a command that ends. C2 takes three times as long for the code of a run of 10,000 objects as that code saves, so it gets only what
     * is called forty times as often as usual; and, as soon as ever, what it has instructions of the processor for. Measured for long
     * runs too: 60,000 objects of 4 KiB took 22.6 s of CPU time instead of 29.2, and two of 512 MiB no longer than without.
     */
    static final List<String> ONCE = List.of(
            "-XX:Tier4InvocationThreshold=200000",
            "-XX:Tier4MinInvocationThreshold=24000",
            "-XX:Tier4CompileThreshold=600000",
            "-XX:Tier4BackEdgeThreshold=1600000",
            // Of code that was compiled in the training, and waits for no threshold: looked at after 2^18 calls instead
            // of 2^11.
            "-XX:Tier2InvokeNotifyFreqLog=18",
            "-XX:Tier2BackedgeNotifyFreqLog=20",
            "-XX:Tier23InlineeNotifyFreqLog=24",
            "-XX:CompileCommand=quiet",
            "-XX:CompileCommand=CompileThresholdScaling,sun.security.provider.*::*,0.01",
            "-XX:CompileCommand=CompileThresholdScaling,com.sun.crypto.provider.*::*,0.01",
            "-XX:CompileCommand=CompileThresholdScaling,jdk.incubator.vector.*::*,0.01",
            "-XX:CompileCommand=CompileThresholdScaling,io.hubstorage.integrity.*::*,0.01");

    /** How long a service has what it needs for its start to itself. */
    private static final int QUIET_MINUTES = 10;

    private Launcher() {}

    /** Runs the program with these arguments, and does not return. */
    public static void main(String[] args) {
        AotCache used = AotCache.ofThisProcess();
        AotCache missing = used == null ? become(args) : null;
        AtomicBoolean broken = new AtomicBoolean();
        if (used != null) {
            // At any end in good order, which a signal may bring about as well.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                if (!broken.get()) {
                    used.works();
                }
            }));
            later(used::works);
        } else if (missing != null && isService(args)) {
            later(() -> AotTraining.begin(missing));
        }
        try {
            Main.run(args, (error, code) -> {
                // It may be the cache's.
                broken.set(error != null);
                if (missing != null && code == 0 && !isService(args)) {
                    AotTraining.begin(missing);
                }
            });
        } catch (Throwable e) {
            // Main itself cannot be loaded.
            broken.set(true);
            throw e;
        }
    }

    private static void later(Runnable work) {
        CompletableFuture.delayedExecutor(QUIET_MINUTES, TimeUnit.MINUTES).execute(work);
    }

    static boolean isWorth(String[] args, Map<String, String> environment) {
        return (args.length == 0 || LONG.contains(args[0]))
                && List.of(args).stream().noneMatch(TELLING::contains)
                // What the options of AotCache are known to do.
                && Runtime.version().feature() == JAVA
                && System.getProperty("java.vm.name").startsWith("OpenJDK")
                && VARIABLES.stream().noneMatch(environment::containsKey);
    }

    /** Whether it runs until it is told to stop, or may do so: a file of arguments is not looked into. */
    static boolean isService(String[] args) {
        return args.length == 0
                || args[0].equals("serve")
                || List.of(args).stream().anyMatch(arg -> arg.startsWith("--continuous") || arg.startsWith("@"));
    }

    /** Returns if it cannot, or need not: the cache that is to be made, if any. */
    private static @Nullable AotCache become(String[] args) {
        AotCache cache = null;
        try {
            Path self = Path.of("/proc/self");
            Path jar = Path.of(System.getProperty("java.class.path")).toRealPath();
            List<String> given = List.of(Files.readString(self.resolve("cmdline"), StandardCharsets.ISO_8859_1)
                    .split("\0", -1));
            List<String> command = isWorth(args, System.getenv()) ? command(given, jar) : List.of();
            cache = command.isEmpty() ? null : AotCache.of(jar, System.getenv());
            List<String> options = cache == null ? List.of() : cache.use();
            if (!options.isEmpty()) {
                // First, because of two options the last one wins.
                command.addAll(1, options.stream().map(Launcher::bytes).toList());
                command.addAll(1, isService(args) ? List.of() : ONCE);
                execute(Files.readSymbolicLink(self.resolve("exe")).toString(), command);
            }
        } catch (Throwable e) {
            // Whatever it is, the program runs without the cache as well.
        }
        if (cache != null) {
            cache.works();
        }
        return isOutlived(Long.toString(ProcessHandle.current().pid()), System.getenv(), Path.of("/proc"))
                ? cache
                : null;
    }

    /**
     * Whether a process that this one leaves behind lives on, and is nobody's concern: not in a container, nor in a systemd unit, which ends
     * all that is in its control group, and counts its memory.
     *
     * @param processes the folder of the kernel's files about processes
     */
    static boolean isOutlived(String process, Map<String, String> environment, Path processes) {
        String started = environment.getOrDefault(UNIT, "");
        return !process.equals("1")
                && PASSING.stream()
                        .allMatch(name -> environment.getOrDefault(name, "").isEmpty())
                && CONTAINERS.stream().noneMatch(Files::exists)
                && (started.isEmpty() || !isTogether(processes.resolve(process), processes.resolve(started)));
    }

    /** Whether both are in the same control groups; so too where that cannot be told. */
    private static boolean isTogether(Path one, Path other) {
        try {
            return Files.mismatch(one.resolve("cgroup"), other.resolve("cgroup")) < 0;
        } catch (IOException e) {
            return true;
        }
    }

    /**
     * The command line of this process, with the real path of its jar; empty where options stand in the way.
     *
     * @param given its arguments, each byte a Latin-1 character; the last one ends with a zero byte too, after which comes ""
     */
    static List<String> command(List<String> given, Path jar) {
        int at = given.indexOf("-jar");
        if (at < 1 || !given.subList(1, at).stream().allMatch(Launcher::isHarmless)) {
            return List.of();
        }
        List<String> command = new ArrayList<>(given.subList(0, given.size() - 1));
        command.set(at + 1, bytes(jar.toString()));
        return command;
    }

    private static boolean isHarmless(String option) {
        return !option.startsWith(AGENT) && HARMLESS.stream().anyMatch(option::startsWith);
    }

    private static String bytes(String text) {
        return new String(
                text.getBytes(Charset.forName(System.getProperty("sun.jnu.encoding"))), StandardCharsets.ISO_8859_1);
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
            MemorySegment path = arena.allocateFrom(bytes(program), StandardCharsets.ISO_8859_1);
            // Refused once a signal has begun to end this process: the second JVM would not hear of it. Hence last of
            // all.
            Runtime.getRuntime().addShutdownHook(new Thread());
            // Returns only if it has failed.
            int _ = (int) execv.invokeExact(path, vector);
        }
    }
}
