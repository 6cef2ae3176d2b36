package io.hubstorage.bench;

import io.hubstorage.fs.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A tool of somebody else, tuned as its documentation advises. */
final class Peer implements Tool {
    private final Product product;
    private final Path tree;
    private final boolean unchanged;
    private final Server server;
    private final Path log;

    /** Those we know. */
    enum Product {
        RCLONE("rclone", "version"),
        AWS("aws", "--version");

        private final String command;
        private final String versionOption;

        Product(String command, String versionOption) {
            this.command = command;
            this.versionOption = versionOption;
        }

        /** What it calls itself, if it is installed. */
        Optional<String> version() {
            boolean installed = Stream.of(System.getenv("PATH").split(":", -1))
                    .anyMatch(folder -> Files.isExecutable(Path.of(folder, command)));
            if (!installed) {
                return Optional.empty();
            }
            try {
                Process process = new ProcessBuilder(command, versionOption)
                        .redirectErrorStream(true)
                        .start();
                try (var output = process.inputReader()) {
                    return output.lines().findFirst();
                }
            } catch (IOException broken) {
                return Optional.empty();
            }
        }
    }

    /**
     * One that copies into a folder.
     *
     * @param unchanged whether the folder already holds a copy
     * @param log for what it prints
     */
    Peer(Product product, Path tree, boolean unchanged, Server server, Path log) {
        this.product = product;
        this.tree = tree;
        this.unchanged = unchanged;
        this.server = server;
        this.log = log;
    }

    @Override
    public int warmUps() {
        // What a first run of the AWS CLI warms is nothing beside its duration.
        return product == Product.AWS ? 0 : 1;
    }

    @Override
    public void empty() throws IOException {
        Trees.delete(tree);
    }

    @Override
    public Outcome run() throws IOException, InterruptedException {
        Files.createDirectories(tree);
        Child child = Child.run(command(), environment(), log);
        return new Outcome(child.exitCode() == 0, child.measured());
    }

    private List<String> command() {
        return switch (product) {
            case AWS -> List.of("aws", "s3", "sync", "s3://" + Server.BUCKET, tree.toString(), "--only-show-errors");
            case RCLONE -> {
                List<String> command = new ArrayList<>(
                        List.of("rclone", "sync", "bench:" + Server.BUCKET, tree.toString(), "--fast-list"));
                command.addAll(List.of("--transfers", "64", "--checkers", "64", "--log-level", "ERROR"));
                if (unchanged) {
                    command.add("--use-server-modtime");
                }
                yield command;
            }
        };
    }

    private Map<String, String> environment() {
        String id = String.valueOf(server.settings().keys().accessKeyId());
        String secret = String.valueOf(server.settings().keys().secretAccessKey());
        return switch (product) {
            case AWS ->
                Map.of(
                        "AWS_ENDPOINT_URL",
                        server.endpoint().toString(),
                        "AWS_ACCESS_KEY_ID",
                        id,
                        "AWS_SECRET_ACCESS_KEY",
                        secret,
                        "AWS_DEFAULT_REGION",
                        server.settings().region(),
                        "AWS_CONFIG_FILE",
                        "/dev/null",
                        "AWS_SHARED_CREDENTIALS_FILE",
                        "/dev/null",
                        "AWS_EC2_METADATA_DISABLED",
                        "true");
            case RCLONE ->
                Map.of(
                        "RCLONE_CONFIG",
                        "/dev/null",
                        "RCLONE_CONFIG_BENCH_TYPE",
                        "s3",
                        "RCLONE_CONFIG_BENCH_PROVIDER",
                        "Other",
                        "RCLONE_CONFIG_BENCH_ENDPOINT",
                        server.endpoint().toString(),
                        "RCLONE_CONFIG_BENCH_ACCESS_KEY_ID",
                        id,
                        "RCLONE_CONFIG_BENCH_SECRET_ACCESS_KEY",
                        secret,
                        "RCLONE_CONFIG_BENCH_REGION",
                        server.settings().region(),
                        "RCLONE_CONFIG_BENCH_FORCE_PATH_STYLE",
                        "true");
        };
    }

    @Override
    public Path tree() {
        return tree;
    }

    @Override
    public void close() {}
}
