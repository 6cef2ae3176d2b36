package io.hubstorage.cli;

import io.hubstorage.bus.HookOutcome;
import io.hubstorage.bus.JobKind;
import io.hubstorage.config.ConfigReading;
import io.hubstorage.config.Environment;
import io.hubstorage.config.HookConfig;
import io.hubstorage.hooks.Hooks;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What runs before and after jobs, and whether that works. By itself, beside a running service or without one. */
@Command(
        name = "hooks",
        description = {
            "List the hooks that run before and after jobs, or run one to try it out.",
            "",
            "Works with config.json and .env alone; a running service is not asked.",
            "A hook that is tried out really runs; HUBSTORAGE_JOB_ID is 'test' then."
        },
        footer = {
            "  java -jar hubstorage.jar hooks list",
            "  java -jar hubstorage.jar hooks test mount",
            "  java -jar hubstorage.jar hooks test mount --job replication"
        },
        exitCodeList = {
            "0:the hook succeeded, or every hook can be run",
            "1:it failed, or one cannot be run; its line says why",
            "2:wrong options or configuration, or no such hook"
        })
final class HooksCommand extends CliCommand {
    @Mixin
    private final ConfigOptions options = new ConfigOptions();

    @Option(
            names = "--job",
            paramLabel = "<kind>",
            description = "With 'test', the kind of job that it is told of; the hook's first if absent")
    private @Nullable String job;

    @Parameters(index = "0", arity = "0..1", paramLabel = "list|test", description = "What to do; 'list' if absent")
    private @Nullable Action action;

    @Parameters(index = "1", arity = "0..1", paramLabel = "<name>", description = "Which hook to run")
    private @Nullable String name;

    /** Spelled as on the command line. */
    @SuppressWarnings("JavaCase")
    enum Action {
        list,
        test
    }

    HooksCommand(Program program) {
        super(program);
    }

    @Override
    ExitCode run() throws IOException {
        boolean test = action == Action.test;
        if (test == (name == null) || (job != null && !test)) {
            throw usage(test ? "'hooks test' takes the name of a hook" : "'hooks list' takes no more");
        }
        Environment environment = options.environment(program);
        ConfigReading reading = ConfigReading.of(environment);
        Hooks.InForce inForce =
                new Hooks.InForce(reading.config(), environment, environment.settings(), reading.dataPath());
        Vertx vertx = Vertx.vertx();
        try {
            Hooks hooks = new Hooks(() -> inForce, vertx, program.clock());
            return test
                    ? test(hooks, named(inForce))
                    : list(hooks, reading.config().hooks());
        } finally {
            vertx.close();
        }
    }

    private HookConfig named(Hooks.InForce inForce) {
        return inForce.config().hooks().stream()
                .filter(hook -> hook.name().equals(name))
                .findFirst()
                .orElseThrow(() -> usage("no hook is called " + Table.printable(String.valueOf(name))));
    }

    private ExitCode list(Hooks hooks, List<HookConfig> configured) {
        if (configured.isEmpty()) {
            out().println("No hook is configured. See hooks in config.json.");
            return ExitCode.OK;
        }
        boolean well = true;
        Table table = new Table(3, "HOOK", "RUNS", "WHAT", "STATE");
        for (HookConfig hook : configured) {
            Optional<String> problem = hooks.problem(hook);
            well &= !hook.enabled() || problem.isEmpty();
            String kinds = hook.jobs().stream().map(JobKind::word).collect(Collectors.joining(", "));
            String state = problem.orElse("ready");
            table.line(
                    Table.printable(hook.name()),
                    "%s %s".formatted(hook.when() == HookOutcome.When.BEFORE ? "before" : "after", kinds),
                    Table.printable(String.valueOf(hook.run() == null ? hook.urlEnv() : hook.run())),
                    Table.printable(hook.enabled() ? state : "off; " + state));
        }
        table.text().forEach(out()::println);
        return well ? ExitCode.OK : ExitCode.FAILED;
    }

    private ExitCode test(Hooks hooks, HookConfig hook) {
        JobKind kind;
        try {
            kind = job == null ? hook.jobs().getFirst() : JobKind.of(job);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
        HookOutcome outcome = hooks.test(hook, kind, line -> out().println(Table.printable(line)));
        out().println(Table.printable(
                outcome.ok() ? "%s: succeeded".formatted(hook.name()) : outcome.sentence(kind.word())));
        return outcome.ok() ? ExitCode.OK : ExitCode.FAILED;
    }
}
