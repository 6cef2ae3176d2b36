package io.hubstorage.cli;

import io.hubstorage.bus.DrillRecord;
import io.hubstorage.bus.DrillStart;
import io.hubstorage.bus.DrillState;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.Trigger;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Tries out whether what was backed up comes back. */
@Command(
        name = "drill",
        description = {
            "Try out whether files come back: restore some of the newest snapshot, compare them, remove them again.",
            "",
            "The files are chosen by chance, at least one of each bucket. They go the way that a restore goes, to a"
                    + " folder of the drill's own in the data folder, or to a prefix of its own in S3."
        },
        footer = {
            "  java -jar hubstorage.jar drill",
            "  java -jar hubstorage.jar drill --sample 100 --bucket photos",
            "  java -jar hubstorage.jar drill --to s3://scratch/drills"
        },
        exitCodeList = {
            "0:all files came back as they were",
            "1:failed, or cannot be; the message says why",
            "2:wrong options or configuration; nothing was tried",
            "3:some files did not come back as they were; they are named",
            "4:not now: another drill is under way",
            "130:stopped by Ctrl-C or a signal; nothing is left of it"
        })
final class DrillCommand extends JobCommand {
    private static final RunFollower.Followed<DrillRecord, DrillState> DRILL = new RunFollower.Followed<>(
            JobKind.DRILL, DrillRecord.class, DrillState.class, (progress, state) -> progress.show(line(state)));

    @Option(names = "--sample", paramLabel = "<files>", description = "How many files, 1 to 1000 (20)")
    private @Nullable Integer sample;

    @Option(
            names = {"--bucket", "-b"},
            paramLabel = "<bucket>",
            description = "Only of this bucket; may be repeated")
    private List<String> buckets = new ArrayList<>();

    @Option(
            names = "--to",
            paramLabel = "<s3://bucket/prefix>",
            description =
                    "Restore to a prefix of its own below this one (else as verify.drill_to says, else to a folder in"
                            + " the data folder)")
    private @Nullable String to;

    @Option(names = "--seed", paramLabel = "<number>", description = "Choose the files as the drill with this seed did")
    private @Nullable Long seed;

    DrillCommand(Program program) {
        super(program);
    }

    @Override
    ExitCode run() throws IOException, InterruptedException {
        DrillStart start = new DrillStart(Trigger.CLI, sample, buckets, to, seed);
        if (start.problem().isPresent()) {
            throw usage("--" + start.problem().get());
        }
        return withProgram("Nothing was tried", (running, stop) -> {
            DrillRecord record = follow(running, DRILL, start, stop);
            print(record);
            return ExitCode.of(record);
        });
    }

    private void print(DrillRecord record) throws IOException {
        if (json) {
            printJson(record);
            return;
        }
        out().println(Table.printable(String.valueOf(record.message())));
        List<DrillRecord.Difference> differences = record.outcome().differences();
        for (DrillRecord.Difference each : differences) {
            out().printf("  %s%n", Table.printable("%s/%s: %s".formatted(each.bucket(), each.key(), each.why())));
        }
        long more = record.outcome().different().objects() - differences.size();
        if (more > 0) {
            out().printf("  and %s more%n", Sizes.number(more));
        }
        if (record.what().snapshot() != null) {
            out().printf(
                            "From %s, seed %d.%n",
                            record.what().snapshot(), record.what().seed());
        }
        printTime(record);
    }

    private static String line(DrillState state) {
        if (state.phase() == RunPhase.PREPARING) {
            return "Choosing files";
        }
        DrillRecord.Outcome now = state.outcome();
        return "%s of %s compared"
                .formatted(
                        Sizes.number(now.same().objects() + now.different().objects()),
                        Sizes.objects(now.sampled().objects()));
    }
}
