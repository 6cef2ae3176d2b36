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
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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

    @Test
    void whatIsBuiltByHandIsOfTheVersionThatThePomNames() throws IOException {
        Matcher revision = Pattern.compile("<revision>(.*)</revision>").matcher(Files.readString(Path.of("pom.xml")));
        assertThat(revision.find()).isTrue();

        assertThat(Files.readString(Path.of("Dockerfile"))).contains("\nARG VERSION=" + revision.group(1) + "\n");
    }

    /** Else a release would be built on whatever the name stands for that day. */
    @Test
    void aReleaseIsBuiltOnDigestsOfTheSameImagesThatTheDockerfileNames() throws IOException {
        List<String> named = bases(Path.of("Dockerfile"));
        List<String> pinned = bases(Path.of("docker/bases/Dockerfile"));

        assertThat(pinned).allSatisfy(base -> assertThat(base).matches("[^@]+@sha256:[0-9a-f]{64}"));
        assertThat(pinned.stream().map(base -> base.substring(0, base.indexOf('@'))))
                .containsExactlyInAnyOrderElementsOf(named);
    }

    /** The images of others that it begins with, each once. */
    private static List<String> bases(Path file) throws IOException {
        List<String[]> stages = Files.readAllLines(file).stream()
                .filter(line -> line.startsWith("FROM "))
                .map(line -> line.split(" ", -1))
                .toList();
        Set<String> own = stages.stream()
                .filter(stage -> stage.length == 4)
                .map(stage -> stage[3])
                .collect(Collectors.toSet());
        return stages.stream()
                .map(stage -> stage[1])
                .filter(base -> !own.contains(base) && !base.equals("scratch"))
                .distinct()
                .toList();
    }
}
