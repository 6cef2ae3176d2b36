package io.hubstorage.cli;

import io.hubstorage.bus.RetentionMessage.Preview;
import io.hubstorage.bus.RetentionMessage.Reason;
import io.hubstorage.bus.RetentionMessage.Verdict;
import io.hubstorage.bus.Sizes;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What {@code retain} says of what stays and what goes. */
final class RetainText {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private RetainText() {}

    static void preview(Preview plan, PrintWriter out) {
        Table table = new Table(4, "Snapshot", "Made", "", "Why");
        for (Verdict each : plan.verdicts()) {
            table.line(each.snapshot(), time(each.startedAt()), each.stays() ? "stays" : "goes", reasons(each));
        }
        table.text().forEach(out::println);
        List<Verdict> going =
                plan.verdicts().stream().filter(each -> !each.stays()).toList();
        out.println();
        if (plan.suspended() != null) {
            out.println(Table.printable(plan.suspended()));
        }
        if (plan.verdicts().isEmpty()) {
            out.println("There is no snapshot yet.");
        } else if (going.isEmpty()) {
            out.println("Every snapshot stays.");
        } else {
            out.printf(
                    "%s of %s would go%s. %s%n",
                    Sizes.number(going.size()),
                    Sizes.count(plan.verdicts().size(), "snapshot"),
                    plan.freedBytes() == null ? "" : ", which frees " + Sizes.bytes((double) plan.freedBytes()),
                    plan.undoHours() == 0
                            ? "This cannot be undone: retention.undo_hours is 0."
                            : "It can be undone for %s h; the room is free after that."
                                    .formatted(BigDecimal.valueOf(plan.undoHours())
                                            .stripTrailingZeros()
                                            .toPlainString()));
        }
        out.flush();
    }

    private static String time(@Nullable Instant time) {
        return time == null ? "(by the old tool)" : TIME.format(time);
    }

    private static String reasons(Verdict verdict) {
        return verdict.stays()
                ? Table.printable(verdict.reasons().stream().map(Reason::text).collect(Collectors.joining(", ")))
                : "no rule keeps it";
    }
}
