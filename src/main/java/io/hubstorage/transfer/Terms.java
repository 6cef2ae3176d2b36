package io.hubstorage.transfer;

import io.hubstorage.bus.WorkerMessage;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.HubConfig;
import io.hubstorage.config.Settings;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a transfer worker goes by at a moment. Thread-safe; asked several times a second, so nothing of it blocks. */
public interface Terms {
    /** The configuration in force. */
    HubConfig config();

    /** As {@link ConfigStore#aws}. */
    Settings.@Nullable Aws aws(@Nullable String account);

    /** Where this process has the data folder. */
    Path dataPath();

    /** What of the run's requests and bandwidth is this worker's. */
    WorkerMessage.Share share();

    /** Of the process that has the configuration itself. */
    static Terms of(ConfigStore store, Supplier<WorkerMessage.Share> share) {
        return new Terms() {
            @Override
            public HubConfig config() {
                return store.config();
            }

            @Override
            public Settings.@Nullable Aws aws(@Nullable String account) {
                return store.aws(account);
            }

            @Override
            public Path dataPath() {
                return store.dataPath();
            }

            @Override
            public WorkerMessage.Share share() {
                return share.get();
            }
        };
    }
}
