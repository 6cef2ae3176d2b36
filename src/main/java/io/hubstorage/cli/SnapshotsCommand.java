package io.hubstorage.cli;

import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.Tally;
import io.hubstorage.snapshot.Certificate;
import io.hubstorage.snapshot.Layout;
import io.hubstorage.snapshot.SnapshotInfo;
import io.hubstorage.snapshot.Snapshots;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists what there is; reads only. */
@Command(
        name = "snapshots",
        description = "List the snapshots in the data folder, the newest first.",
        footer = {
            "  java -jar hubstorage.jar snapshots",
            "  java -jar hubstorage.jar snapshots --local-path /mnt/backup --json"
        })
final class SnapshotsCommand extends CliCommand {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    @Mixin
    private final ConfigOptions.Data options = new ConfigOptions.Data();

    @Option(names = "--json", description = "Print JSON")
    private boolean json;

    SnapshotsCommand(Program program) {
        super(program);
    }

    /**
     * @param legacy made by the old tool, which left nothing but the files
     */
    record Line(
            String name,
            String path,
            boolean legacy,
            @Nullable Instant startedAt,
            @Nullable RunResult result,
            @Nullable Tally files,
            List<String> buckets) {}

    record Listing(String data, List<Line> snapshots) {}

    @Override
    ExitCode run() throws IOException {
        Path data = options.data(program);
        List<Line> lines = new ArrayList<>();
        for (SnapshotInfo snapshot : new Snapshots(new Layout(data)).list()) {
            lines.add(line(snapshot));
        }
        if (json) {
            printJson(new Listing(data.toString(), lines));
        } else if (lines.isEmpty()) {
            out().printf("There is no snapshot in %s yet.%n", data);
        } else {
            out().printf("%d %s in %s%n%n", lines.size(), lines.size() == 1 ? "snapshot" : "snapshots", data);
            table(lines).text().forEach(out()::println);
        }
        return ExitCode.OK;
    }

    private static Line line(SnapshotInfo snapshot) throws IOException {
        Certificate certificate = snapshot.certificate();
        return certificate == null
                ? new Line(snapshot.name(), snapshot.folder().toString(), true, null, null, null, snapshot.buckets())
                : new Line(
                        snapshot.name(),
                        snapshot.folder().toString(),
                        false,
                        certificate.startedAt(),
                        certificate.result(),
                        certificate.buckets().stream()
                                .map(Certificate.Bucket::files)
                                .reduce(Tally.ZERO, Tally::plus),
                        certificate.buckets().stream()
                                .map(Certificate.Bucket::name)
                                .toList());
    }

    private static Table table(List<Line> lines) {
        Table table = new Table(4, "Name", "Started", "Result", "Buckets", "Objects", "Size");
        for (Line line : lines) {
            Tally files = line.files();
            table.line(
                    line.name(),
                    line.startedAt() == null ? "(by the old tool)" : TIME.format(line.startedAt()),
                    line.result() == null ? "-" : word(line.result()),
                    String.join(", ", line.buckets()),
                    files == null ? "-" : Sizes.number(files.objects()),
                    files == null ? "-" : Sizes.bytes((double) files.bytes()));
        }
        return table;
    }

    private static String word(RunResult result) {
        return switch (result) {
            case SUCCESS -> "safe";
            case PARTIAL -> "with failures";
            default -> BusJson.word(result);
        };
    }
}
