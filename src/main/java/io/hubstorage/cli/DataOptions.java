package io.hubstorage.cli;

import io.hubstorage.bus.ConfigMessage.BrokenFile;
import io.hubstorage.config.ConfigReading;
import io.hubstorage.config.Environment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** Which data folder a command reads. */
class DataOptions {
    private static final Logger LOG = LoggerFactory.getLogger(DataOptions.class);

    @Option(
            names = {"--local-path", "--data"},
            paramLabel = "<folder>",
            description = "The data folder (else HUBSTORAGE_DATA_PATH, else as configured, else ./data)")
    @Nullable
    Path localPath;

    @Option(
            names = "--config",
            paramLabel = "<path>",
            description = "config.json, or the folder it is in (else HUBSTORAGE_CONFIG_PATH, else ./config)")
    @Nullable
    Path config;

    /** The data folder that these options, the environment and the configuration name together. Blocks, writes nothing. */
    Path data(Program program) {
        ConfigReading reading = ConfigReading.of(environment(program));
        BrokenFile broken = reading.broken();
        if (broken != null) {
            LOG.warn("{} {}", broken.sentence(), broken.instead());
        }
        return reading.dataPath();
    }

    /** The configuration folder that these options and the environment name together. */
    Path configFolder(Program program) {
        return environment(program).settings().configFolder();
    }

    private Environment environment(Program program) {
        return new Overrides()
                .set("HUBSTORAGE_DATA_PATH", localPath)
                .set("HUBSTORAGE_CONFIG_PATH", config)
                .over(program.environment());
    }
}
