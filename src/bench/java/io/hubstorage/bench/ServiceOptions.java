package io.hubstorage.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of every benchmark of a HubStorage that was built: which one, how it is run and where, and where the text goes. */
final class ServiceOptions {
    @Option(names = "--jar", required = true)
    private Path jar = Path.of("");

    @Option(names = "--java-options", split = " ")
    private List<String> java = List.of("-Xmx512m");

    @Option(names = "--quick")
    private boolean quick;

    @Option(names = "--target")
    private Path target;

    @Option(names = "--out")
    private @Nullable Path out;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    ServiceOptions() {
        this(Path.of("/dev/shm"));
    }

    /** @param target where no other folder is given */
    ServiceOptions(Path target) {
        this.target = target;
    }

    Path jar() {
        return jar.toAbsolutePath();
    }

    Jvm jvm() {
        return Jvm.with(java);
    }

    /** What the JVM is given, as the texts name it. */
    String jvmText() {
        return String.join(" ", java);
    }

    /** Few of everything: shows that it works. */
    boolean quick() {
        return quick;
    }

    /** The folder in which a benchmark makes its own. */
    Path target() {
        return target;
    }

    /** The page that gets the text, if it is not printed alone. */
    @Nullable
    Path out() {
        return out;
    }

    HubHome home(Path work, Server server) {
        return new HubHome(jar(), jvm(), work.resolve("home"), work.resolve("data"), server);
    }

    /** Prints the text and puts it into the page, as one of the script that this is. */
    void print(String text) throws IOException {
        print("", text);
    }

    /** @param section which of the script's texts it is; empty where there is one */
    void print(String section, String text) throws IOException {
        System.out.printf("%n%s", text);
        if (out != null && command != null) {
            Report.write(out, command.name() + (section.isEmpty() ? "" : ", " + section), text);
        }
    }
}
