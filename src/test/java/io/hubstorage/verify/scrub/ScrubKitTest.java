package io.hubstorage.verify.scrub;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A {@link ScrubKit} in a folder of its own for each test. */
abstract class ScrubKitTest {
    @TempDir
    Path home;

    @AutoClose
    ScrubKit kit;

    @BeforeEach
    void open() throws IOException {
        kit = new ScrubKit(home.toRealPath());
    }
}
