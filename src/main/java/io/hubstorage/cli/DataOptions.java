package io.hubstorage.cli;

import io.hubstorage.bus.ConfigMessage.BrokenFile;
import io.hubstorage.config.ConfigReading;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** Which data folder a command reads. */
final class DataOptions extends ConfigOptions {
    private static final Logger LOG = LoggerFactory.getLogger(DataOptions.class);

    @Option(
            names = {"--local-path", "--data"},
            paramLabel = "<folder>",
            description = "The data folder (else HUBSTORAGE_DATA_PATH, else as configured, else ./data)")
    @Nullable
    Path localPath;

    @Override
    void addTo(Map<String, String> variables) {
        super.addTo(variables);
        add(variables, "HUBSTORAGE_DATA_PATH", localPath);
    }

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
}
