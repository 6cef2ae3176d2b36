package io.hubstorage.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What somebody sees who starts the jar by another Java. */
final class StartTest {
    private static final int JAVA_11 = 55;

    @Test
    void aJavaThatIsTooOldIsNamedWithWhatToDo() {
        assertThat(Start.problem(21, "/usr/lib/jvm/java-21"))
                .contains("HubStorage needs Java 25, and this is Java 21, of /usr/lib/jvm/java-21. Install a JDK 25 and"
                        + " start the jar by its own bin/java.");
        assertThat(Start.problem(25, "/opt/jdk")).isEmpty();
        assertThat(Start.problem(26, "/opt/jdk")).isEmpty();
    }

    @Test
    void itCanBeLoadedByJavaVersionsThatCanLoadNothingElseOfIt() throws IOException {
        try (DataInputStream file =
                new DataInputStream(Objects.requireNonNull(Start.class.getResourceAsStream("Start.class")))) {
            assertThat(file.readInt()).isEqualTo(0xCAFEBABE);
            file.readUnsignedShort();
            assertThat(file.readUnsignedShort()).isEqualTo(JAVA_11);
        }
    }
}
