package io.hubstorage.cli;

import io.hubstorage.config.Environment;
import io.hubstorage.migrate.Migration;
import io.hubstorage.snapshot.SnapshotInfo;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The move from the old tool, in one command. */
@Command(
        name = "migrate",
        description = {
            "Take over the configuration of the old Python tool.",
            "",
            "Buckets, filters, timetable and folder go to config.json and .env, credentials to .env alone. Nothing of"
                    + " the old tool is changed, and its hublink_* folders are what the first backup links from."
        },
        footer = {
            "  java -jar hubstorage.jar migrate --from ~/HubStorage/config.json",
            "  java -jar hubstorage.jar migrate --from old.json --launch-agent old.plist",
            "",
            "docs/migration.md has the whole move in ten steps, in a container too."
        })
final class MigrateCommand extends CliCommand {
    private static final int SHOWN = 5;

    @Option(names = "--from", required = true, paramLabel = "<file>", description = "config.json of the old tool")
    private Path from = Path.of("");

    @Option(
            names = "--launch-agent",
            paramLabel = "<file>",
            description = "The property list that ran the old tool (else it is looked for in ~/Library/LaunchAgents)")
    private @Nullable Path launchAgent;

    @Option(
            names = {"--local-path", "--data"},
            paramLabel = "<folder>",
            description = "The data folder (else HUBSTORAGE_DATA_PATH, else where the old tool wrote)")
    private @Nullable Path data;

    @Option(
            names = "--config",
            paramLabel = "<path>",
            description = "The config.json to write (else HUBSTORAGE_CONFIG_PATH, else ./config/config.json)")
    private @Nullable Path config;

    @Option(names = "--force", description = "Replace a config.json and values in .env that are there")
    private boolean force;

    MigrateCommand(Program program) {
        super(program);
    }

    @Override
    ExitCode run() throws IOException {
        Map<String, String> variables = new HashMap<>();
        ConfigOptions.add(variables, "HUBSTORAGE_DATA_PATH", data);
        ConfigOptions.add(variables, "HUBSTORAGE_CONFIG_PATH", config);
        Environment environment = Environment.load(program.environment()).overridden(variables);
        Path home = Path.of(program.environment().getOrDefault("HOME", System.getProperty("user.home")));
        try {
            Migration migration = Migration.read(environment, from, launchAgent, home);
            Migration.Written written = migration.write(force);
            report(migration, written, new Places(environment), out());
            return ExitCode.OK;
        } catch (FileAlreadyExistsException e) {
            err().printf("Nothing was written: %s: %s. 'migrate --force' replaces it.%n", e.getFile(), e.getReason());
        } catch (NoSuchFileException e) {
            err().printf("There is no %s.%n", e.getFile());
        } catch (AccessDeniedException e) {
            err().printf(
                            "Nothing was written: this user may not read or write %s. Run the command as the one who"
                                    + " owns it; in a container by --user, as docs/migration.md shows, and not under"
                                    + " sudo.%n",
                            place(e));
        } catch (FileSystemException e) {
            err().printf("Nothing was written: %s: %s.%n", place(e), e.getReason());
        }
        return ExitCode.USAGE;
    }

    /** Files are written under another name first, which tells nobody anything: their folder does. */
    private static String place(FileSystemException e) {
        Path file = Path.of(String.valueOf(e.getFile()));
        Path folder = file.getParent();
        return folder != null && file.toString().endsWith(".tmp") ? folder.toString() : file.toString();
    }

    /** What a path of this process is called by who reads it: in a container, on the host, as far as that is known here. */
    private record Places(boolean container, @Nullable String hostData) {
        Places(Environment environment) {
            this(
                    environment.settings().dockerMode(),
                    Optional.ofNullable(environment.get("HUBSTORAGE_DATA_DIR")).orElse(environment.get("DATA_DIR")));
        }

        String data(Path folder) {
            return !container
                    ? folder.toString()
                    : hostData == null ? folder + " of the container" : hostData + " (" + folder + " in the container)";
        }

        String config(Path file) {
            return container ? file + " of the container (in its volume hubstorage_config)" : file.toString();
        }

        String dotenv(Path file) {
            return container ? ".env (" + file + " in the container)" : file.toString();
        }

        /** Where macOS looks for it. */
        String launchAgent(Path plist) {
            return container ? "$HOME/Library/LaunchAgents/" + plist.getFileName() : plist.toString();
        }
    }

    private void report(Migration migration, Migration.Written written, Places places, PrintWriter out)
            throws IOException {
        out.printf("Read   %s%n", from);
        migration.launchAgent().ifPresent(plist -> out.printf("Read   %s%n", plist));
        out.printf("Wrote  %s%n", places.config(written.config()));
        if (!written.variables().isEmpty()) {
            out.printf("Wrote  %s: %s%n", places.dotenv(written.dotenv()), String.join(", ", written.variables()));
        }
        section(out, "Decided on the way", migration.conversion().notes());
        List<SnapshotInfo> found = migration.snapshots();
        snapshots(migration, found, places, out);
        section(out, "Left to do", todo(migration, found.isEmpty(), places));
    }

    private static void snapshots(Migration migration, List<SnapshotInfo> found, Places places, PrintWriter out)
            throws IOException {
        if (found.isEmpty()) {
            out.printf(
                    "%nThere is no snapshot of the old tool in %s, so the first backup would download everything.%n",
                    places.data(migration.dataFolder()));
            return;
        }
        out.printf(
                "%n%d %s of the old tool in %s; the first backup links what is unchanged in the newest%n"
                        + "and downloads nothing that is there:%n",
                found.size(), found.size() == 1 ? "snapshot" : "snapshots", places.data(migration.dataFolder()));
        for (SnapshotInfo snapshot : found.subList(0, Math.min(SHOWN, found.size()))) {
            out.printf("  %s  %s%n", snapshot.name(), String.join(", ", snapshot.buckets()));
        }
        if (found.size() > SHOWN) {
            out.printf("  … and %d older%n", found.size() - SHOWN);
        }
    }

    private List<String> todo(Migration migration, boolean nothingFound, Places places) {
        List<String> todo = new ArrayList<>();
        migration
                .launchAgent()
                .ifPresentOrElse(
                        plist -> todo.add(("Stop the old timetable, or both will run:%n"
                                        + "       launchctl unload \"%1$s\"%n"
                                        + "       rm \"%1$s\"   (keep a copy for the way back)")
                                .formatted(places.launchAgent(plist))),
                        () -> todo.add("Stop whatever starts the old tool (LaunchAgent, cron, systemd), or both will"
                                + " run. On a Mac: launchctl list | grep s3backup"));
        if (migration.conversion().movedSecrets()) {
            todo.add("The old file still holds its credentials. When the new backup works, delete them there.");
        }
        migration
                .conversion()
                .dataFolder()
                .filter(old -> nothingFound && !old.equals(migration.dataFolder()))
                .ifPresent(old -> todo.add(
                        places.container()
                                ? "The old tool wrote to %s. So that the first backup links what is there, .env must say\n     HUBSTORAGE_DATA_DIR=%s; 'migrate --force' then shows what it finds."
                                        .formatted(old, old)
                                : "The old tool wrote to %s. So that the first backup links what is there, .env must say\n     HUBSTORAGE_DATA_PATH=%s; 'migrate --force' then shows what it finds."
                                        .formatted(old, old)));
        todo.add(
                nothingFound
                        ? "Start HubStorage and look at the first run: without old snapshots it downloads everything."
                        : "Start HubStorage and look at the first run: 'linked' should count nearly everything.");
        return todo;
    }

    private static void section(PrintWriter out, String title, List<String> items) {
        if (items.isEmpty()) {
            return;
        }
        out.printf("%n%s:%n", title);
        for (int i = 0; i < items.size(); i++) {
            out.printf("  %d. %s%n", i + 1, items.get(i));
        }
    }
}
