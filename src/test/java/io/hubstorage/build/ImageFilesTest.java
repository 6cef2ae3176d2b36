package io.hubstorage.build;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.launch.Rehearsal;
import io.hubstorage.testkit.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the image's build depends on, without building it. */
final class ImageFilesTest {
    private static final Pattern FLAGS = Pattern.compile("<jvm.flags>(.*)</jvm.flags>");

    @TempDir
    Path folder;

    @Test
    void theRehearsalGoesThroughUnderTheImagesFlags() throws IOException {
        List<String> flags = new ArrayList<>();
        Files.readAllLines(Path.of("docker/jvm.args")).stream()
                // The library that the image has unpacked.
                .filter(line -> line.startsWith("-") && !line.startsWith("-DZstdNativePath"))
                .forEach(flags::add);
        flags.add("-Xmx256m");
        // For its time alone: what the flags do to a start, to memory and to logs is the same.
        flags.add("-XX:TieredStopAtLevel=1");

        Shell.Result result = Shell.run(
                Path.of("."), Map.of(), Duration.ofMinutes(2), Shell.java(flags, Rehearsal.class, folder.toString()));

        assertThat(result.succeeded().err()).isEmpty();
    }

    @Test
    void theImageStartsTheServiceWithTheFlagsThatTheBuildNames() throws IOException {
        Matcher flags = FLAGS.matcher(Files.readString(Path.of("pom.xml")));
        assertThat(flags.find()).isTrue();

        assertThat(Files.readAllLines(Path.of("docker/jvm.args")))
                .contains(flags.group(1).split(" "));
    }
}
