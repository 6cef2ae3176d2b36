package io.hubstorage.cli;

import io.hubstorage.bus.RestoreMessage;
import io.hubstorage.bus.RestorePlan;
import io.hubstorage.bus.RestoreRecord;
import io.hubstorage.bus.RestoreRequest;
import io.hubstorage.bus.RestoreState;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.Tally;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A restore in words: its plan, how far it is, and how it ended. */
final class RestoreText {
    /** So many that were not written are named. */
    static final int NAMED = 20;

    private RestoreText() {}

    static void plan(RestoreRequest request, RestorePlan plan, PrintWriter out) {
        if (plan.snapshot() != null && plan.to() != null) {
            out.printf("From %s: %s%n", plan.snapshot(), Table.printable(String.join(", ", request.buckets())));
            out.printf("To   %s%n%n", Table.printable(plan.to()));
            RestorePlan.Counts counts = plan.counts();
            Table table = new Table(1, "", "Objects", "Size", "");
            line(table, "To write", counts.write(), replaced(counts.replace()));
            line(table, "There already", counts.identical(), "");
            line(table, "Skipped", RestoreRecord.Outcome.sum(counts.skipped()), skipped(counts.skipped()));
            line(table, "Cannot be restored", RestoreRecord.Outcome.sum(counts.failed()), reasons(counts.failed()));
            line(table, "To delete", counts.delete(), "");
            table.text().forEach(out::println);
            if (plan.requests() > 0) {
                out.printf("%nThis takes about %s requests to S3.%n", Sizes.number(plan.requests()));
            }
        }
        plan.warnings().forEach(warning -> out.printf("Note: %s%n", Table.printable(warning)));
        out.println();
        out.flush();
    }

    private static void line(Table table, String name, Tally tally, String note) {
        if (tally.objects() > 0 || name.equals("To write")) {
            table.line(name, Sizes.number(tally.objects()), Sizes.bytes((double) tally.bytes()), note);
        }
    }

    private static String replaced(Tally tally) {
        return tally.objects() == 0 ? "" : "%s of them replaced".formatted(Sizes.number(tally.objects()));
    }

    private static String skipped(Map<String, Tally> byReason) {
        String hint = byReason.containsKey("exists") ? "; --overwrite if-different would replace them" : "";
        return reasons(byReason) + hint;
    }

    private static String reasons(Map<String, Tally> byReason) {
        return byReason.entrySet().stream()
                .map(each -> "%s %s".formatted(Sizes.number(each.getValue().objects()), words(each.getKey())))
                .collect(Collectors.joining(", "));
    }

    /** What a reason is called in a sentence. */
    private static String words(String reason) {
        return switch (reason) {
            case "exists" -> "differ there";
            case "newer" -> "are newer there";
            case "changed" -> "changed meanwhile";
            case "missing" -> "missing in the snapshot";
            case "damaged" -> "damaged in the snapshot";
            case "unreadable" -> "unreadable in the snapshot";
            default -> Table.printable(reason);
        };
    }

    /** How far it is, in one line. */
    static String line(RestoreState state) {
        RestoreState.Progress now = state.progress();
        return switch (now.phase()) {
            case WAITING, PREPARING, LISTING -> "Preparing";
            case RETRYING -> "Waiting to try again what failed";
            case COMMITTING -> "Finishing";
            case CANCELLING -> "Stopping";
            case DONE, FAILED -> "Ending";
            case TRANSFERRING -> transferring(now);
        };
    }

    private static String transferring(RestoreState.Progress now) {
        Tally all = now.toWrite();
        long done = all.objects() - now.outcome().left().objects();
        double share = all.bytes() > 0
                ? now.bytesWritten() / (double) all.bytes()
                : all.objects() == 0 ? 1 : done / (double) all.objects();
        return "%3d%%  %s of %s  %s of %s  %s/s%s"
                .formatted(
                        (int) (100 * share),
                        Sizes.number(done),
                        Sizes.objects(all.objects()),
                        Sizes.bytes((double) now.bytesWritten()),
                        Sizes.bytes((double) all.bytes()),
                        Sizes.bytes(now.bytesPerSecond()),
                        now.etaSeconds() == null
                                ? ""
                                : "  ETA " + Sizes.duration(Duration.ofSeconds(now.etaSeconds())));
    }

    static void end(RestoreRecord record, RestoreMessage.Objects notWritten, Path configFolder, PrintWriter out) {
        String message = String.valueOf(record.message());
        out.println(Table.printable(message.substring(0, 1).toUpperCase(Locale.ROOT) + message.substring(1)));
        RestoreRecord.Outcome outcome = record.outcome();
        Tally left = outcome.left();
        if (left.objects() > 0) {
            out.printf(
                    "%s (%s) left. To go on: restore --resume %s%n",
                    Sizes.objects(left.objects()), Sizes.bytes((double) left.bytes()), record.runId());
        }
        long others = RestoreRecord.Outcome.sum(outcome.skipped()).objects()
                + RestoreRecord.Outcome.sum(outcome.failed()).objects()
                + RestoreRecord.Outcome.sum(outcome.spared()).objects();
        Path kept = configFolder.resolve("restores");
        if (!notWritten.objects().isEmpty()) {
            out.printf("%nNot written:%n");
            for (RestoreMessage.Item item : notWritten.objects()) {
                String why = item.detail() != null ? item.detail() : words(String.valueOf(item.reason()));
                out.printf("  %s%n", Table.printable("%s/%s: %s".formatted(item.bucket(), item.key(), why)));
            }
            if (others > notWritten.objects().size()) {
                out.printf(
                        "  and %s more%n",
                        Sizes.number(others - notWritten.objects().size()));
            }
            out.printf("All of them: %s%n", kept.resolve(record.runId() + ".jsonl.zst"));
        }
        out.printf("Certificate: %s%n", kept.resolve(record.runId() + ".json"));
        if (record.finishedAt() != null) {
            out.printf("Took %s.%n", Sizes.duration(Duration.between(record.startedAt(), record.finishedAt())));
        }
        out.flush();
    }
}
