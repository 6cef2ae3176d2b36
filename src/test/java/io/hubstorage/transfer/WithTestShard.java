package io.hubstorage.transfer;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests that each have a {@link TestShard} of their own. */
abstract class WithTestShard {
    @TempDir
    Path home;

    TestShard shard;

    @BeforeEach
    void openShard() {
        shard = new TestShard(home);
    }

    @AfterEach
    void closeShard() {
        shard.close();
    }
}
