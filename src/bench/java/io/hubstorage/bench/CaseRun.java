package io.hubstorage.bench;

import io.hubstorage.bench.Case.Kind;
import io.hubstorage.fs.Trees;
import io.hubstorage.testkit.BucketOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Measures the tools in one case: the same server for all, warm-ups first, then in turns. */
final class CaseRun {
    private final Case measured;
    private final Plan plan;
    private final List<String> arguments;
    private final BucketOptions bucket;
    private final Path folder;
    private final PrintStream log;

    /**
     * What holds for all cases.
     *
     * @param contenders those that are installed
     * @param jars of HubStorage: each makes the copy that its runs find unchanged, and the first one's serves other tools
     * @param warmUps of a service, before it is measured
     * @param options of HubStorage's JVMs
     * @param profile where recordings of the services go; absent when none are made
     */
    record Plan(
            List<Contender> contenders,
            List<Path> jars,
            int runs,
            int warmUps,
            Case.Etags etags,
            List<String> options,
            @Nullable Path profile) {}

    /** In a folder that is made and deleted. */
    CaseRun(Case measured, Plan plan, Path folder, PrintStream log) {
        this.measured = measured;
        this.plan = plan;
        this.folder = folder;
        this.log = log;
        arguments = measured.arguments(plan.etags);
        bucket = BucketOptions.parse(arguments);
    }

    /** Blocks until everything is measured and nothing is left of it. */
    CaseResult measure() throws IOException, InterruptedException {
        log.printf("%n%s: %s%n", measured.id(), measured.heading());
        Files.createDirectories(folder);
        Map<Contender, Tool> tools = new LinkedHashMap<>();
        try (Server server = Server.start(arguments, folder)) {
            Map<Path, HubHome> copies = new LinkedHashMap<>();
            if (measured.kind() == Kind.UNCHANGED) {
                for (Path jar : plan.jars) {
                    copies.put(jar, copy(jar, folder.resolve("copy-" + copies.size()), server));
                }
            }
            for (Contender contender : plan.contenders) {
                if (contender.kind().canDo(measured.kind())) {
                    tools.put(contender, tool(contender, copies, server));
                }
            }
            CaseResult result = rounds(tools, server);
            if (plan.profile != null) {
                record(tools, server, plan.profile);
            }
            return result;
        } finally {
            tools.values().forEach(Tool::close);
            Trees.delete(folder);
        }
    }

    private CaseResult rounds(Map<Contender, Tool> tools, Server server) throws IOException, InterruptedException {
        CaseResult result = new CaseResult(measured);
        for (Map.Entry<Contender, Tool> each : tools.entrySet()) {
            for (int i = 0; i < each.getValue().warmUps(); i++) {
                turn(each.getKey(), each.getValue(), server, new CaseResult(measured), "warm-up");
            }
        }
        for (int round = 1; round <= plan.runs; round++) {
            for (Map.Entry<Contender, Tool> each : tools.entrySet()) {
                turn(each.getKey(), each.getValue(), server, result, round + "/" + plan.runs);
            }
        }
        return result;
    }

    /** One more run of each service, which does not count: the recording costs something. */
    private void record(Map<Contender, Tool> tools, Server server, Path profile)
            throws IOException, InterruptedException {
        for (Map.Entry<Contender, Tool> each : tools.entrySet()) {
            if (each.getValue() instanceof WarmHub service) {
                service.beginRecording();
                turn(each.getKey(), service, server, new CaseResult(measured), "profile");
                service.endRecording(profile.resolve(
                        "%s-%s.jfr".formatted(measured.id(), each.getKey().id())));
            }
        }
    }

    private void turn(Contender contender, Tool tool, Server server, CaseResult result, String round)
            throws IOException, InterruptedException {
        // Nobody should wait for what an earlier run has left to be written.
        Child.succeed(List.of("sync"), Map.of(), folder.resolve("sync.txt"));
        server.requests();
        Tool.Outcome outcome = tool.run();
        Server.Requests requests = server.requests();
        CopyCheck check = check(contender, tool, outcome, requests);
        if (measured.kind() != Kind.UNCHANGED) {
            // Now, not before the next run: there may be room for one copy only.
            tool.empty();
        }
        result.add(contender, outcome.measured());
        result.add(contender, check);
        log.printf("  %-7s %-24s %s   %s; %s%n", round, contender.id(), outcome.measured(), requests, check);
    }

    private CopyCheck check(Contender contender, Tool tool, Tool.Outcome outcome, Server.Requests requests)
            throws IOException {
        CopyCheck check = switch (measured.kind()) {
            // What is fetched again was taken for changed, and is not.
            case UNCHANGED -> new CopyCheck(0, requests.gets(), 0);
            case COLD -> CopyCheck.of(tool.tree(), bucket, false);
            case FAULTS -> CopyCheck.of(tool.tree(), bucket, true);
        };
        boolean mayFail = measured.kind() == Kind.FAULTS && !contender.kind().hubStorage();
        if (!mayFail && !(outcome.successful() && check.right())) {
            throw new IOException("%s in the case %s: %s, and it says that it %s"
                    .formatted(
                            contender.id(),
                            measured.id(),
                            check,
                            outcome.successful() ? "succeeded" : "did not succeed"));
        }
        return check;
    }

    /** A finished copy. Those who find nothing to do share it: they only look. */
    private HubHome copy(Path jar, Path own, Server server) throws IOException, InterruptedException {
        HubHome home = new HubHome(jar, plan.options, own, own.resolve("data"), server);
        try (ColdHub command = new ColdHub(home)) {
            Tool.Outcome outcome = command.run();
            CopyCheck check = CopyCheck.of(command.tree(), bucket, false);
            log.printf("  %-7s %-24s %s   %s%n", "copy", "", outcome.measured(), check);
            if (!outcome.successful() || !check.right()) {
                throw new IOException("the copy to compare with is not right: " + check);
            }
        }
        return home;
    }

    private Tool tool(Contender contender, Map<Path, HubHome> copies, Server server)
            throws IOException, InterruptedException {
        Path own = Files.createDirectories(folder.resolve(contender.id()));
        Path jar = contender.jar() == null ? plan.jars.getFirst() : contender.jar();
        HubHome copy = copies.get(jar);
        Path tree = copy == null ? own.resolve("tree") : copy.tree();
        HubHome home = new HubHome(jar, plan.options, own, copy == null ? own.resolve("data") : copy.data(), server);
        return switch (contender.kind()) {
            case HUBSTORAGE -> WarmHub.start(home, plan.warmUps);
            case HUBSTORAGE_COLD -> ColdHub.afterAFirstStart(home);
            case BARE -> new BareCopy(server, tree, copy != null, measured.connections());
            case RCLONE, AWS -> {
                Peer.Product product = Contender.product(contender.kind());
                yield new Peer(product, tree, copy != null, server, own.resolve("output.txt"));
            }
        };
    }
}
