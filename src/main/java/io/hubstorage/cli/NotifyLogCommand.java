package io.hubstorage.cli;

import io.hubstorage.bus.AlertMessage.Deliveries;
import io.hubstorage.bus.AlertMessage.Delivery;
import io.hubstorage.notify.alerts.DeliveryLog;
import java.io.IOException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What was sent, and what came of it. Works on the file, beside a running service or without one. */
@Command(
        name = "log",
        description = "List the attempts to deliver a message, the newest first.",
        footer = {"  java -jar hubstorage.jar notify log", "  java -jar hubstorage.jar notify log --limit 10 --json"})
final class NotifyLogCommand extends CliCommand {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    @Mixin
    private final ConfigOptions.Data options = new ConfigOptions.Data();

    @Option(names = "--json", description = "Print JSON")
    private boolean json;

    @Option(names = "--limit", paramLabel = "<number>", description = "How many, 1 to 1000; 50 if absent")
    private @Nullable Integer limit;

    @Option(names = "--before", paramLabel = "<number>", description = "Only those older than the one of this number")
    private @Nullable Long before;

    NotifyLogCommand(Program program) {
        super(program);
    }

    @Override
    ExitCode run() throws IOException {
        Deliveries page;
        try {
            page = new DeliveryLog(options.configFolder(program)).page(limit, before);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
        if (json) {
            printJson(page);
            return ExitCode.OK;
        }
        if (page.deliveries().isEmpty()) {
            out().println("Nothing was sent.");
            return ExitCode.OK;
        }
        Table table = new Table(5, "TIME", "CHANNEL", "OUTCOME", "MESSAGE", "ANSWER");
        page.deliveries()
                .forEach(each -> table.line(
                        TIME.format(each.at()),
                        Table.printable(each.channel()),
                        outcome(each),
                        Table.printable(each.message().title()),
                        Table.printable(each.answer())));
        table.text().forEach(out()::println);
        if (page.next() != null) {
            out().printf("There are older ones: --before %d%n", page.next());
        }
        return ExitCode.OK;
    }

    private static String outcome(Delivery delivery) {
        String attempt = delivery.attempt() > 1 ? " (attempt %d)".formatted(delivery.attempt()) : "";
        return switch (delivery.outcome()) {
            case DELIVERED -> "delivered" + attempt;
            case FAILED -> "failed" + attempt;
            case GIVEN_UP -> "given up" + attempt;
            case FOLDED -> "in another";
        };
    }
}
