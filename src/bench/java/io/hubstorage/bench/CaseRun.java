package io.hubstorage.bench;

import io.hubstorage.bench.Case.Kind;
import io.hubstorage.bench.Contender.Hub;
import io.hubstorage.fs.Trees;
import io.hubstorage.testkit.BucketOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
     * @param hubs each makes the copy that the runs of its jar look at, and the first one's serves other tools
     * @param profile where recordings of the services go; absent when none are made
     */
    record Plan(
            List<Contender> contenders,
            List<Hub> hubs,
            Effort effort,
            Case.Etags etags,
            @Nullable Path profile) {}

    /**
     * How long it may take.
     *
     * @param runs that count
     * @param warmUps of a service; absent when each case knows
     * @param idle after which a service's memory is looked at once more; zero when it is not
     */
    record Effort(int runs, @Nullable Integer warmUps, Duration idle) {}

    /** In a folder that is made and deleted. */
    CaseRun(Case measured, Plan plan, Path folder, PrintStream log) {
        this.measured = measured;
        this.plan = plan;
        this.folder = folder;
        this.log = log;
        arguments = measured.arguments(plan.etags);
        bucket = measured.contents();
    }

    /**
     * Blocks until everything is measured and nothing is left of it.
     *
     * @param result gets each figure at once, so that those of a measurement that is cut off are not lost
     */
    void measure(CaseResult result) throws IOException, InterruptedException {
        log.printf("%n%s: %s%n", measured.id(), measured.heading());
        Files.createDirectories(folder);
        Map<Contender, Tool> tools = new LinkedHashMap<>();
        try (Server server = Server.start(arguments, folder)) {
            Map<Path, HubHome> copies = new LinkedHashMap<>();
            if (measured.looksAtACopy()) {
                for (Hub hub : plan.hubs) {
                    copies.put(hub.jar(), copy(hub, folder.resolve("copy-" + copies.size()), server));
                }
            }
            for (Contender contender : plan.contenders) {
                if (contender.kind().canDo(measured.kind())) {
                    tools.put(contender, tool(contender, copies, server));
                }
            }
            rounds(tools, server, result);
            rest(tools, result);
            if (plan.profile != null) {
                record(tools, server, plan.profile);
            }
        } finally {
            tools.values().forEach(Tool::close);
            Trees.delete(folder);
        }
    }

    private void rounds(Map<Contender, Tool> tools, Server server, CaseResult result)
            throws IOException, InterruptedException {
        int ofService = plan.effort.warmUps == null ? measured.warmUps() : plan.effort.warmUps;
        int most = tools.values().stream()
                .mapToInt(tool -> tool.warmUps(ofService))
                .max()
                .orElse(0);
        // In turns too: who would be warmed first would be measured on a machine that has changed more since.
        for (int i = 0; i < most; i++) {
            for (Map.Entry<Contender, Tool> each : tools.entrySet()) {
                if (i < each.getValue().warmUps(ofService)) {
                    Measured warmUp = turn(each.getKey(), each.getValue(), server, new CaseResult(measured), "warm-up");
                    result.addPeak(each.getKey(), warmUp.peak());
                }
            }
        }
        int runs = measured.runs(plan.effort.runs);
        List<Map.Entry<Contender, Tool>> order = new ArrayList<>(tools.entrySet());
        for (int round = 1; round <= runs; round++) {
            for (Map.Entry<Contender, Tool> each : order) {
                turn(each.getKey(), each.getValue(), server, result, round + "/" + runs);
            }
            // Who comes first finds other caches than who comes last.
            Collections.reverse(order);
        }
    }

    /** Lets all services have nothing to do for a while. */
    private void rest(Map<Contender, Tool> tools, CaseResult result) throws IOException, InterruptedException {
        if (plan.effort.idle.isZero()
                || tools.keySet().stream().noneMatch(each -> each.kind().service())) {
            return;
        }
        for (Tool each : tools.values()) {
            each.awaitRest();
        }
        // Not a wait for something: what a service holds after this long is what is measured.
        Thread.sleep(plan.effort.idle);
        for (Map.Entry<Contender, Tool> each : tools.entrySet()) {
            long resident = each.getValue().resident();
            if (resident > 0) {
                result.addIdle(each.getKey(), resident);
                log.printf("  %-7s %-24s %s%n", "idle", each.getKey().id(), (resident >> 20) + " MiB");
            }
        }
    }

    /** One more run of each service, which does not count: the recording costs something. */
    private void record(Map<Contender, Tool> tools, Server server, Path profile)
            throws IOException, InterruptedException {
        for (Map.Entry<Contender, Tool> each : tools.entrySet()) {
            if (each.getValue() instanceof WarmHub service) {
                service.beginRecording("settings=profile");
                turn(each.getKey(), service, server, new CaseResult(measured), "profile");
                service.endRecording(profile.resolve(
                        "%s-%s.jfr".formatted(measured.id(), each.getKey().id())));
            }
        }
    }

    private Measured turn(Contender contender, Tool tool, Server server, CaseResult result, String round)
            throws IOException, InterruptedException {
        // Nobody should wait for what an earlier run has left to be written.
        Child.succeed(List.of("sync"), Map.of(), folder.resolve("sync.txt"));
        server.requests();
        Tool.Outcome outcome = tool.run();
        Server.Requests requests = server.requests();
        CopyCheck check = found(tool, server, requests);
        require(contender, outcome, check);
        if (!measured.looksAtACopy()) {
            // Now, not before the next run: there may be room for one copy only.
            tool.empty();
        }
        result.add(contender, outcome.measured());
        result.addPeak(contender, outcome.measured().peak());
        result.add(contender, check);
        log.printf("  %-7s %-24s %s   %s; %s%n", round, contender.id(), outcome.measured(), requests, check);
        return outcome.measured();
    }

    private CopyCheck found(Tool tool, Server server, Server.Requests requests) throws IOException {
        return switch (measured.kind()) {
            // What is fetched again was taken for changed, and is not.
            case UNCHANGED, VERIFY, START -> new CopyCheck(0, requests.bodies(), 0);
            case COLD -> CopyCheck.of(tool.tree(), bucket, false);
            case FAULTS -> CopyCheck.of(tool.tree(), bucket, true);
            case RESTORE -> server.written();
        };
    }

    private void require(Contender contender, Tool.Outcome outcome, CopyCheck check) throws IOException {
        boolean mayFail = measured.kind() == Kind.FAULTS && !contender.kind().hubStorage();
        if (!mayFail && !(outcome.successful() && check.right())) {
            throw new IOException("%s in the case %s: %s, and it says that it %s"
                    .formatted(
                            contender.id(),
                            measured.id(),
                            check,
                            outcome.successful() ? "succeeded" : "did not succeed"));
        }
    }

    /** A finished copy. Those who only look share it. */
    private HubHome copy(Hub hub, Path own, Server server) throws IOException, InterruptedException {
        HubHome home = new HubHome(hub.jar(), hub.jvm(), own, own.resolve("data"), server);
        try (ColdHub command = new ColdHub(home, "backup")) {
            Tool.Outcome outcome = command.run();
            CopyCheck check = CopyCheck.of(command.tree(), bucket, false);
            log.printf("  %-7s %-24s %s   %s%n", "copy", "", outcome.measured(), check);
            if (!outcome.successful() || !check.right()) {
                throw new IOException("the copy to compare with is not right: " + check);
            }
        }
        return home;
    }

    private Tool tool(Contender contender, Map<Path, HubHome> copies, Server server) throws IOException {
        Path own = Files.createDirectories(folder.resolve(contender.id()));
        Hub hub = contender.hub() == null ? plan.hubs.getFirst() : contender.hub();
        HubHome copy = copies.get(hub.jar());
        Path tree = copy == null ? own.resolve("tree") : copy.tree();
        HubHome home = new HubHome(hub.jar(), hub.jvm(), own, copy == null ? own.resolve("data") : copy.data(), server);
        return switch (contender.kind()) {
            case HUBSTORAGE, HUBSTORAGE_IMAGE ->
                measured.kind() == Kind.START
                        ? new HubStart(home)
                        : WarmHub.start(home, measured.kind() == Kind.RESTORE);
            case HUBSTORAGE_COLD -> new ColdHub(home, command());
            case BARE -> new BareCopy(server, tree, measured.kind(), measured.connections());
            case RESTIC ->
                new ResticAfterRclone(
                        new Peer(Peer.Product.RCLONE, tree, measured.kind(), server, own.resolve("output.txt")),
                        measured.kind(),
                        own);
            case RCLONE, AWS, S5CMD, MC -> {
                Peer.Product product = Objects.requireNonNull(contender.kind().product());
                yield new Peer(product, tree, measured.kind(), server, own.resolve("output.txt"));
            }
        };
    }

    private String[] command() {
        return switch (measured.kind()) {
            case VERIFY -> new String[] {"verify"};
            case RESTORE ->
                new String[] {"restore", "--bucket", Server.BUCKET, "--to", "s3://" + Server.WRITABLE, "--yes"};
            default -> new String[] {"backup"};
        };
    }
}
