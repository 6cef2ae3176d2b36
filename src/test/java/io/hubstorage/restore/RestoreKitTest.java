package io.hubstorage.restore;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A kit for each test. */
abstract class RestoreKitTest {
    @TempDir
    Path folder;

    @AutoClose
    RestoreKit kit;

    @BeforeEach
    void openKit() throws IOException {
        folder = folder.toRealPath();
        kit = new RestoreKit(folder);
    }
}
