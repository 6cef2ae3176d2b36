package io.hubstorage.build;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Helm itself, as a library written in Go, in a process of its own: a JVM that has loaded it handles signals in another way than before.
 *
 * <p>Arguments: the chart to be judged, the one to be rendered, and a folder. For each {@code <release>-values.yaml} in there,
 * {@code <release>-made.yaml} is what Helm makes of it, or {@code <release>-refused} what it says against it; {@code faults} is what it
 * finds wrong with the first chart, which is packed too.
 */
final class HelmProcess {
    static final String VALUES = "-values.yaml";
    static final String MADE = "-made.yaml";
    static final String REFUSED = "-refused";
    static final String FAULTS = "faults";

    private HelmProcess() {}

    public static void main(String[] arguments) throws IOException {
        LintResult lint = new Helm(Path.of(arguments[0])).lint().call();
        Path chart = Path.of(arguments[1]);
        Path folder = Path.of(arguments[2]);
        new Helm(Path.of(arguments[0])).packageIt().withDestination(folder).call();
        Files.writeString(folder.resolve(FAULTS), lint.isFailed() ? String.join("\n", lint.getMessages()) : "");
        List<Path> values;
        try (Stream<Path> files = Files.list(folder)) {
            values = files.filter(file -> file.toString().endsWith(VALUES)).toList();
        }
        for (Path file : values) {
            String release = file.getFileName().toString().replace(VALUES, "");
            try {
                String made = new Helm(chart)
                        .template()
                        .withName(release)
                        .withNamespace("storage")
                        .withKubeVersion("v1.31.0")
                        .withValuesFile(file)
                        .call();
                Files.writeString(folder.resolve(release + MADE), made);
            } catch (IllegalStateException e) {
                Files.writeString(folder.resolve(release + REFUSED), String.valueOf(e.getMessage()));
            }
        }
    }
}
