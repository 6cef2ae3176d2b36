package io.hubstorage.bench;

import io.hubstorage.bench.CaseRun.Plan;
import io.hubstorage.fs.Trees;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench/run.sh}, whose help describes the options. Everything it starts ends with it, and what it writes is deleted. */
@Command(name = "bench/run.sh")
public final class Bench implements Callable<Integer> {
    private final PrintStream log = System.err;

    @Option(names = "--cases", split = ",")
    private List<String> cases = Case.ALL.stream().map(Case::id).toList();

    @Option(names = "--tools", split = ",")
    private List<String> tools = List.of("hubstorage", "hubstorage-cold", "rclone", "aws", "bare");

    @Option(names = "--runs")
    private int runs = 5;

    @Option(names = "--warm-ups")
    private int warmUps = 6;

    @Option(names = "--jar", required = true)
    private Path jar = Path.of("");

    @Option(names = "--jar-vs")
    private @Nullable Path otherJar;

    @Option(names = "--java-options", split = " ")
    private List<String> options = List.of("-Xmx512m", "--add-modules", "jdk.incubator.vector");

    @Option(names = "--etags")
    private Case.Etags etags = Case.Etags.PARTS;

    @Option(names = "--quick")
    private boolean quick;

    @Option(names = "--target")
    private Path target = Path.of("/dev/shm");

    @Option(names = "--profile")
    private @Nullable Path profile;

    @Option(names = "--out")
    private @Nullable Path out;

    private Bench() {}

    /** Exits with 0 when every copy that had to be right was. */
    public static void main(String[] args) {
        BenchProgram.run(new Bench(), args);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        ProcessFiles.require();
        List<Path> jars = new ArrayList<>(List.of(jar.toAbsolutePath()));
        if (otherJar != null) {
            jars.add(otherJar.toAbsolutePath());
        }
        List<Contender> contenders = contenders(jars);
        List<Case> chosen = cases.stream().map(Bench::named).toList();
        if (profile != null) {
            Files.createDirectories(profile);
        }
        List<CaseResult> results = new ArrayList<>();
        Path work = Files.createTempDirectory(target, "hubstorage-bench-");
        try {
            Plan plan = new Plan(
                    contenders.stream().filter(Contender::installed).toList(),
                    jars,
                    runs,
                    warmUps,
                    etags,
                    options,
                    profile);
            for (Case each : chosen) {
                results.add(new CaseRun(quick ? each.quick() : each, plan, work.resolve(each.id()), log).measure());
            }
        } finally {
            Trees.delete(work);
        }
        String text = new Report(contenders, results).text(introduction());
        System.out.printf("%n%s", text);
        if (out != null) {
            Report.write(out, "bench/run.sh", text);
        }
        return 0;
    }

    private List<Contender> contenders(List<Path> jars) throws IOException {
        List<Contender> contenders = new ArrayList<>();
        for (String tool : tools) {
            Contender.Kind kind = Contender.Kind.named(tool);
            if (!kind.hubStorage()) {
                contenders.add(Contender.other(kind));
                continue;
            }
            for (Path each : jars) {
                contenders.add(Contender.hubStorage(kind, each, !each.equals(jars.getFirst()), version(each)));
            }
        }
        return contenders;
    }

    private static String version(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return String.valueOf(file.getManifest().getMainAttributes().getValue("Implementation-Version"));
        }
    }

    private static Case named(String id) {
        return Case.ALL.stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No such case: " + id));
    }

    private String introduction() throws IOException {
        return "%s Client and server share the machine. JVM of HubStorage: `%s`. %s %s"
                .formatted(
                        Machine.describe(target),
                        String.join(" ", options),
                        runs == 1 ? "One run of each." : "%d runs of each, in turns.".formatted(runs),
                        etags == Case.Etags.PARTS
                                ? "Objects from 8 MiB on have ETags as after an upload in parts."
                                : "Every object's ETag is its MD5.");
    }
}
