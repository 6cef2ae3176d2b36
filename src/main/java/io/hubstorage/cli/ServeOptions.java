package io.hubstorage.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the service finds its configuration and where it listens. */
final class ServeOptions {
    @Option(
            names = "--config",
            paramLabel = "<path>",
            description = "config.json, or the folder it is in (else HUBSTORAGE_CONFIG_PATH, else ./config)")
    @Nullable
    Path config;

    @Option(
            names = "--port",
            paramLabel = "<port>",
            description = "Port of the web server, 0 for any free one (else HUBSTORAGE_WEB_PORT, else 5002)")
    @Nullable
    String port;

    @Option(
            names = "--host",
            paramLabel = "<host>",
            description = "Address to listen on (else HUBSTORAGE_WEB_HOST, else 127.0.0.1, in a container 0.0.0.0)")
    @Nullable
    String host;
}
