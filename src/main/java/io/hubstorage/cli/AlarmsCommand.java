package io.hubstorage.cli;

import io.hubstorage.bus.Alarm;
import io.hubstorage.status.AlarmStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What somebody has to look at. Works on the file, beside a running service or without one. */
@Command(
        name = "alarms",
        description = {
            "List what has happened and somebody has to look at, or say that somebody has.",
            "",
            "An alarm stays, over runs and restarts, until it is acknowledged. Acknowledging changes no backup."
        },
        footer = {
            "  java -jar hubstorage.jar alarms",
            "  java -jar hubstorage.jar alarms acknowledge damage-hublink_20261120060000",
            "  java -jar hubstorage.jar alarms acknowledge --all"
        })
final class AlarmsCommand extends CliCommand {
    @Mixin
    private final ConfigOptions.Data options = new ConfigOptions.Data();

    @Option(names = "--json", description = "Print JSON")
    private boolean json;

    @Option(names = "--all", description = "With 'list', those that were acknowledged too; else every open one")
    private boolean all;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "list|acknowledge",
            description = "What to do; 'list' if absent")
    private @Nullable Action action;

    @Parameters(index = "1", arity = "0..1", paramLabel = "<id>", description = "Which alarm to acknowledge")
    private @Nullable String id;

    /** Spelled as on the command line. */
    @SuppressWarnings("JavaCase")
    enum Action {
        list,
        acknowledge
    }

    AlarmsCommand(Program program) {
        super(program);
    }

    @Override
    ExitCode run() throws IOException {
        AlarmStore store = new AlarmStore(options.configFolder(program), program.clock());
        if (action == Action.acknowledge) {
            acknowledge(store);
        } else if (id != null) {
            throw usage("'alarms list' takes no id");
        }
        Alarm.Listing alarms = store.list();
        if (json) {
            printJson(alarms);
        } else {
            print(alarms, out());
        }
        return store.unwritable().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }

    private void acknowledge(AlarmStore store) {
        if ((id == null) != all) {
            throw usage("'alarms acknowledge' takes the id of an alarm, or --all");
        }
        if (id != null && !store.acknowledge(id)) {
            throw usage("no open alarm has the id " + Table.printable(id));
        }
        if (all) {
            store.acknowledgeAll();
        }
    }

    private void print(Alarm.Listing alarms, PrintWriter out) {
        if (alarms.open().isEmpty()) {
            out.println("No alarm is open.");
        }
        alarms.open().forEach(alarm -> print(alarm, out));
        if (all && action != Action.acknowledge) {
            alarms.acknowledged().forEach(alarm -> print(alarm, out));
        }
    }

    private static void print(Alarm alarm, PrintWriter out) {
        DateTimeFormatter time = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'", Locale.ROOT)
                .withZone(ZoneOffset.UTC);
        out.printf("%s%s%n", Table.printable(alarm.id()), alarm.isOpen() ? "" : " (acknowledged)");
        out.printf("  %s%n", Table.printable(alarm.message()));
        out.printf("  %s%n", Table.printable(alarm.remedy()));
        out.printf(
                "  Since %s%s%n",
                time.format(alarm.occurrences().since()),
                alarm.occurrences().times() == 1
                        ? ""
                        : ", %d times, last %s"
                                .formatted(
                                        alarm.occurrences().times(),
                                        time.format(alarm.occurrences().last())));
    }
}
