package io.hubstorage.cli;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.RepairMessage;
import io.hubstorage.bus.RepairPlan;
import io.hubstorage.bus.RepairRecord;
import io.hubstorage.bus.RepairStart;
import io.hubstorage.bus.RepairState;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.Trigger;
import io.hubstorage.cli.Program.Running;
import io.hubstorage.snapshot.Layout;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Puts right what is damaged: shows the plan, asks, does it, and says how it went. */
@Command(
        name = "repair",
        description = {
            "Put damaged files right: from another file of the same content, or from S3.",
            "",
            "What is damaged, the service finds (verify.cycle_days), or --check does. First comes the plan; nothing is"
                + " written before you say yes. Bytes count only if they are those of the manifest, certificates and"
                + " manifests stay as they are, and what is replaced is kept in quarantine for a while."
        },
        footer = {
            "  java -jar hubstorage.jar repair --dry-run",
            "  java -jar hubstorage.jar repair --check --yes",
            "  java -jar hubstorage.jar repair --bucket photos --snapshot hublink_20261127061500"
        },
        exitCodeList = {
            "0:nothing is damaged any more (or, with --dry-run: all of it can be repaired)",
            "1:failed, or cannot be; the message says why, and what was repaired stays",
            "2:wrong options or configuration, or nobody said yes; nothing was tried",
            "3:some files could not be repaired; they are named",
            "4:not now: another repair or a verification is under way",
            "130:stopped by Ctrl-C or a signal; the next repair goes on from there"
        })
final class RepairCommand extends JobCommand {
    private static final RunFollower.Followed<RepairRecord, RepairState> REPAIR = new RunFollower.Followed<>(
            JobKind.REPAIR, RepairRecord.class, RepairState.class, (progress, state) -> progress.show(line(state)));
    private static final int NAMED = 20;

    @Option(
            names = {"--snapshot", "-s"},
            paramLabel = "<name>",
            description = "Only what this snapshot holds; may be repeated")
    private List<String> snapshots = new ArrayList<>();

    @Option(
            names = {"--bucket", "-b"},
            paramLabel = "<bucket>",
            description = "Only of this bucket; may be repeated")
    private List<String> buckets = new ArrayList<>();

    @Option(
            names = "--check",
            description =
                    "First verify the snapshots (or those of --snapshot) to their last byte, and put on the list what"
                            + " is damaged")
    private boolean check;

    @Option(names = "--dry-run", description = "Show the plan, and write nothing")
    private boolean dryRun;

    @Option(
            names = {"--yes", "-y"},
            description = "Start without asking")
    private boolean yes;

    RepairCommand(Program program) {
        super(program);
    }

    @Override
    ExitCode run() throws IOException, InterruptedException {
        return withProgram("Nothing was repaired", this::repair);
    }

    private ExitCode repair(Running running, CompletableFuture<Void> stop) throws IOException, InterruptedException {
        Bus bus = new Bus(running.vertx());
        if (check
                && !new DamageCheck(program, err(), new Layout(running.config().dataPath()))
                        .run(snapshots, Set.copyOf(buckets), progress(), stop)) {
            return ExitCode.CANCELLED;
        }
        RepairMessage.View view = planned(
                decode(bus.ask(
                                Addresses.REPAIR_PLAN,
                                BusJson.encode(new RepairMessage.Request(snapshots, buckets)),
                                Bus.PATIENT)
                        .await()),
                RepairMessage.View::planning,
                () -> decode(bus.ask(Addresses.REPAIR_STATUS).await()),
                stop);
        if (view == null) {
            return ExitCode.CANCELLED;
        }
        RepairPlan plan = view.plan();
        if (plan == null) {
            err().println(Table.printable(String.valueOf(view.problem())));
            return ExitCode.FAILED;
        }
        if (json && dryRun) {
            printJson(plan);
        } else {
            print(plan, said());
        }
        if (plan.damaged().objects() == 0 || dryRun) {
            return plan.lost().objects() == 0 ? ExitCode.OK : ExitCode.PARTIAL;
        }
        if (plan.sources().isEmpty()) {
            // Nothing can be done, and so nothing is asked.
            return ExitCode.PARTIAL;
        }
        if (!yes && !confirmed("Start it?", "Nothing was written.")) {
            return ExitCode.USAGE;
        }
        RepairRecord record = follow(running, REPAIR, new RepairStart(plan.digest(), Trigger.CLI), stop);
        print(record);
        return ExitCode.of(record);
    }

    private static RepairMessage.View decode(JsonObject body) {
        return BusJson.decode(body, RepairMessage.View.class);
    }

    private static void print(RepairPlan plan, PrintWriter to) {
        if (plan.damaged().objects() == 0) {
            to.println("Nothing is on the list of damage. --check looks for more.");
            to.flush();
            return;
        }
        to.printf(
                "%s damaged (%s):%n",
                files(plan.damaged()), Sizes.bytes((double) plan.damaged().bytes()));
        for (Map.Entry<RepairPlan.Source, Tally> each : plan.sources().entrySet()) {
            to.printf("  %s from %s%n", files(each.getValue()), words(each.getKey()));
        }
        if (plan.lost().objects() > 0) {
            to.printf("  %s cannot be repaired as things are%n", files(plan.lost()));
        }
        items(plan.items(), plan.damaged().objects(), to);
    }

    private static void items(List<RepairPlan.Item> items, long all, PrintWriter to) {
        items.stream()
                .limit(NAMED)
                .forEach(item -> to.printf(
                        "  %s%n",
                        Table.printable("%s/%s (%s, in %s): %s"
                                .formatted(
                                        item.bucket(),
                                        item.key(),
                                        item.damage().replace('_', ' '),
                                        String.join(", ", item.snapshots()),
                                        item.detail()))));
        long more = all - Math.min(NAMED, items.size());
        if (more > 0) {
            to.printf("  and %s more%n", Sizes.number(more));
        }
        to.flush();
    }

    private static String files(Tally tally) {
        return Sizes.count(tally.objects(), "file");
    }

    private static String words(RepairPlan.Source source) {
        return switch (source) {
            case TWIN -> "another file of the same content";
            case S3 -> "S3";
            case EMPTY -> "nothing, since they have no bytes";
            case COPY -> "the second copy";
            case NONE -> "nowhere";
        };
    }

    private void print(RepairRecord record) throws IOException {
        if (json) {
            printJson(record);
            return;
        }
        out().println(Table.printable(String.valueOf(record.message())));
        RepairRecord.Outcome outcome = record.outcome();
        if (outcome.lost().objects() > 0) {
            items(outcome.lostFiles(), outcome.lost().objects(), out());
        }
        printTime(record);
    }

    private static String line(RepairState state) {
        return switch (state.phase()) {
            case PREPARING -> "Looking at what there is to repair";
            case WAITING -> "Waiting for the backup that is under way";
            default ->
                "%s looked at, %s repaired"
                        .formatted(
                                files(state.outcome().damaged()),
                                Sizes.number(state.outcome().repairedInAll().objects()));
        };
    }
}
