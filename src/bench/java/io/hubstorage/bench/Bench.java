package io.hubstorage.bench;

import io.hubstorage.bench.CaseRun.Effort;
import io.hubstorage.bench.CaseRun.Plan;
import io.hubstorage.bench.Contender.Hub;
import io.hubstorage.fs.Trees;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench/run.sh}, whose help describes the options. Everything it starts ends with it, and what it writes is deleted. */
@Command(name = "bench/run.sh")
public final class Bench implements Callable<Integer> {
    /** In the project's folder, where the script starts this. */
    private static final Path IMAGE_ARGUMENTS = Path.of("docker/jvm.args");

    private static final Duration IDLE = Duration.ofMinutes(1);
    private static final Duration QUICKLY_IDLE = Duration.ofSeconds(1);

    private final PrintStream log = System.err;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--cases", split = ",")
    private List<String> cases = List.of("all");

    @Option(names = "--tools", split = ",")
    private List<String> tools = List.of("hubstorage", "hubstorage-cold", "rclone", "aws", "s5cmd", "mc", "bare");

    @Option(names = "--runs")
    private int runs = 5;

    @Option(names = "--warm-ups")
    private @Nullable Integer warmUps;

    @Option(names = "--jar-vs")
    private @Nullable Path otherJar;

    @Option(names = "--vs-name")
    private String otherName = "vs";

    @Option(names = "--container")
    private int container = 512;

    @Option(names = "--etags")
    private Case.Etags etags = Case.Etags.PARTS;

    @Option(names = "--profile")
    private @Nullable Path profile;

    @Option(names = "--section")
    private String section = "";

    @Mixin
    private final ServiceOptions options = new ServiceOptions();

    private Bench() {}

    /** Exits with 0 when every copy that had to be right was. */
    public static void main(String[] args) {
        BenchProgram.run(new Bench(), args);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        ProcessFiles.require();
        List<Case> chosen = cases.stream()
                .flatMap(name -> Case.named(name).stream())
                .distinct()
                .toList();
        String introduction = introduction(Machine.load());
        if (profile != null) {
            Files.createDirectories(profile);
        }
        List<Contender> contenders = new ArrayList<>();
        List<CaseResult> results = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        Path work = Files.createTempDirectory(options.target(), "hubstorage-bench-");
        try {
            contenders.addAll(contenders(work));
            Plan plan = plan(contenders);
            for (Case each : chosen) {
                Case asked = options.quick() ? each.quick() : each;
                CaseResult result = new CaseResult(asked);
                results.add(result);
                try {
                    new CaseRun(asked, plan, work.resolve(each.id()), log).measure(result);
                } catch (IOException | RuntimeException e) {
                    // The next case may be sound, and measuring takes long.
                    log.printf("  The case %s failed: %s%n", each.id(), e.getMessage());
                    failed.add(each.id());
                }
            }
        } catch (InterruptedException stopped) {
            System.out.printf("%nStopped. %s", measured(contenders, results, introduction));
            throw stopped;
        } finally {
            Trees.delete(work);
        }
        if (!failed.isEmpty()) {
            System.out.printf(
                    "%nFailed: %s. %s", String.join(", ", failed), measured(contenders, results, introduction));
            return 1;
        }
        print(new Report(contenders, results), introduction);
        return 0;
    }

    /** What there is of a measurement that did not go through. The page keeps what it has: half of one is no page. */
    private static String measured(List<Contender> contenders, List<CaseResult> results, String introduction) {
        return "What was measured:%n%n".formatted() + new Report(contenders, results).text(introduction, "");
    }

    private void print(Report report, String introduction) throws IOException {
        String picture = "";
        Path out = options.out();
        if (out != null && report.cost().hasCurve()) {
            picture = out.getFileName().toString().replaceFirst("\\.md$", "") + "-cost.svg";
            Files.writeString(out.resolveSibling(picture), report.cost().picture());
        }
        String text = report.text(introduction, picture);
        options.print(section, text);
    }

    private Plan plan(List<Contender> contenders) {
        boolean memory = contenders.stream().anyMatch(each -> each.kind() == Contender.Kind.HUBSTORAGE_IMAGE);
        Effort effort = new Effort(runs, warmUps, !memory ? Duration.ZERO : options.quick() ? QUICKLY_IDLE : IDLE);
        return new Plan(
                contenders.stream().filter(Contender::installed).toList(),
                jars().stream().map(each -> new Hub(each, options.jvm(), "")).toList(),
                effort,
                etags,
                profile);
    }

    private List<Path> jars() {
        return otherJar == null ? List.of(options.jar()) : List.of(options.jar(), otherJar.toAbsolutePath());
    }

    private List<Contender> contenders(Path work) throws IOException, InterruptedException {
        List<Contender> contenders = new ArrayList<>();
        for (String tool : tools) {
            Contender.Kind kind = Contender.Kind.named(tool);
            if (!kind.hubStorage()) {
                Contender other = Contender.other(kind);
                if (!other.installed()) {
                    log.printf("%s is not installed and left out.%n", tool);
                }
                contenders.add(other);
                continue;
            }
            for (Path each : jars()) {
                boolean first = each.equals(options.jar());
                Jvm jvm = kind == Contender.Kind.HUBSTORAGE_IMAGE
                        ? Jvm.inContainer(IMAGE_ARGUMENTS, container)
                                .rehearsed(each, work.resolve(first ? "image" : "image-vs"), log)
                        : options.jvm();
                contenders.add(Contender.hubStorage(kind, new Hub(each, jvm, first ? "" : otherName), version(each)));
            }
        }
        return contenders;
    }

    private static String version(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return String.valueOf(file.getManifest().getMainAttributes().getValue("Implementation-Version"));
        }
    }

    private String introduction(String load) throws IOException {
        return "%s by `%s`, load average before it %s. %s Client and server share the machine. JVM of HubStorage: `%s`%s. %s %s"
                .formatted(
                        LocalDate.ofInstant(InstantSource.system().instant(), ZoneOffset.UTC),
                        command(),
                        load,
                        Machine.describe(options.target()),
                        options.jvmText(),
                        tools.contains("hubstorage-image")
                                ? "; as in the container: the image's own flags (`docker/jvm.args`), an AOT cache, and"
                                        + " a"
                                        + " heap as in a container of %d MiB".formatted(container)
                                : "",
                        runs == 1 ? "One run of each." : "%d runs of each, in turns.".formatted(runs),
                        etags == Case.Etags.PARTS
                                ? "Objects from 8 MiB on have the ETags of an upload in parts of 8 MiB."
                                : "Every object's ETag is its MD5.");
    }

    /** What repeats this on another machine: the options as they were given, but for files and folders. */
    private String command() {
        StringBuilder command = new StringBuilder("bench/run.sh");
        if (spec != null && spec.commandLine().getParseResult() != null) {
            spec.commandLine().getParseResult().matchedOptions().stream()
                    .filter(each -> each.type() != Path.class)
                    .forEach(each -> command.append(' ')
                            .append(each.longestName())
                            .append(
                                    each.arity().max() == 0
                                            ? ""
                                            : " "
                                                    + quoted(String.join(
                                                            each.splitRegex(), each.originalStringValues()))));
        }
        return command.toString();
    }

    private static String quoted(String value) {
        return value.contains(" ") ? "\"" + value + "\"" : value;
    }
}
