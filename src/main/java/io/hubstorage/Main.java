package io.hubstorage;

import io.hubstorage.cli.HubCommand;
import io.hubstorage.cli.Program.Terminal;
import io.hubstorage.logs.Logging;
import java.io.Console;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Optional;

/** Where the process begins. */
public final class Main {
    private Main() {}

    /** Runs a command and ends the process with its exit code; see {@code --help}. */
    public static void main(String[] args) {
        Logging.early(Logging.Console.STDERR);
        int code = HubCommand.execute(new Launcher(terminal()), writer(System.out), writer(System.err), args);
        System.exit(code);
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, stream.charset());
    }

    private static Terminal terminal() {
        // There may be none at all, depending on the Java version.
        boolean both = Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .isPresent();
        return both && !"dumb".equals(System.getenv("TERM"))
                ? Terminal.ofWidth(System.getenv().getOrDefault("COLUMNS", ""))
                : Terminal.NONE;
    }
}
