package io.hubstorage.cli;

import io.hubstorage.web.auth.AuditEntry;
import io.hubstorage.web.auth.AuditFile;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Who did what. Reads the file, beside a running service or without one. */
@Command(
        name = "audit",
        description = {
            "List who logged in, changed, started, restored and deleted what, the newest first.",
            "",
            "What was done by a command on this machine stands there only for 'token' and 'password --reset'."
        },
        footer = {"  java -jar hubstorage.jar audit", "  java -jar hubstorage.jar audit --limit 1000 --json"})
final class AuditCommand extends CliCommand {
    private static final int MOST = 1000;

    @Mixin
    private final ConfigOptions.Data options = new ConfigOptions.Data();

    @Option(names = "--json", description = "Print JSON")
    private boolean json;

    @Option(names = "--limit", paramLabel = "<number>", description = "How many, at most 1000; 50 if absent")
    private int limit = 50;

    @Option(
            names = "--before",
            paramLabel = "<id>",
            description = "Only those older than this one; 'next' of the page before, with --json")
    private @Nullable String before;

    AuditCommand(Program program) {
        super(program);
    }

    @Override
    ExitCode run() throws IOException {
        if (limit < 1 || limit > MOST) {
            throw usage("--limit is 1 to %d".formatted(MOST));
        }
        AuditFile.Page page = new AuditFile(options.configFolder(program), program.clock()).read(limit, before);
        if (json) {
            printJson(page);
        } else if (page.entries().isEmpty()) {
            out().println("Nothing stands in the audit log.");
        } else {
            Table table = new Table(6, "AT", "WHO", "ROLE", "FROM", "STATUS", "WHAT");
            page.entries().forEach(entry -> line(table, entry));
            table.text().forEach(out()::println);
        }
        return ExitCode.OK;
    }

    private static void line(Table table, AuditEntry entry) {
        AuditEntry.By by = entry.by();
        String subject = entry.subject() == null ? "" : " " + entry.subject();
        String more = entry.more() == 0 ? "" : " (%d more like it before)".formatted(entry.more());
        table.line(
                entry.at().truncatedTo(ChronoUnit.SECONDS).toString(),
                or(by.name(), "somebody"),
                or(by.role(), "-"),
                or(by.address(), "this machine"),
                String.valueOf(entry.status()),
                Table.printable(entry.action() + subject + more));
    }

    private static String or(@Nullable String text, String otherwise) {
        return Table.printable(Objects.requireNonNullElse(text, otherwise));
    }
}
