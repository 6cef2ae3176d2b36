package io.hubstorage.bench;

import io.hubstorage.fs.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A tool of somebody else, tuned as its documentation advises. */
final class Peer implements Tool {
    private final Product product;
    private final Path program;
    private final Path tree;
    private final Case.Kind asked;
    private final Server server;
    private final Path log;

    /** Those we know. Some go by several names, and others by theirs: what a program says of itself decides. */
    enum Product {
        RCLONE("version", "rclone ", "rclone"),
        AWS("--version", "aws-cli/", "aws"),
        S5CMD("version", "v", "s5cmd"),
        // Upstream's name is that of a file manager too.
        MC("--version", "(mc|mcli|minio-client) version ", "mc mcli minio-client"),
        RESTIC("version", "restic ", "restic");

        private final String versionOption;
        private final String introduction;
        private final String names;

        /**
         * A product.
         *
         * @param introduction how what it says of itself begins, a regular expression
         * @param names of its program, with blanks between them
         */
        Product(String versionOption, String introduction, String names) {
            this.versionOption = versionOption;
            this.introduction = introduction;
            this.names = names;
        }

        /** How a bucket is named on its command line, with the {@link #environment} that it gets. */
        private String remote(String bucket) {
            return switch (this) {
                case AWS, S5CMD -> "s3://" + bucket;
                case MC -> "bench/" + bucket;
                case RCLONE -> "bench:" + bucket;
                case RESTIC -> throw new IllegalStateException("restic reads no bucket");
            };
        }

        /** What it calls itself, if it is installed. */
        Optional<String> version() {
            return installed(searchPath()).map(Installed::version);
        }

        /** The program, which is installed. */
        Path program() {
            return installed(searchPath()).map(Installed::program).orElseThrow();
        }

        /** The first of its names in these folders that introduces itself as what we look for. */
        Optional<Installed> installed(List<Path> folders) {
            return Stream.of(names.split(" ", -1))
                    .flatMap(name -> folders.stream().map(folder -> folder.resolve(name)))
                    .filter(Files::isExecutable)
                    .map(this::asked)
                    .flatMap(Optional::stream)
                    .findFirst();
        }

        private Optional<Installed> asked(Path program) {
            try {
                Process process = new ProcessBuilder(program.toString(), versionOption)
                        .redirectErrorStream(true)
                        .start();
                process.getOutputStream().close();
                try (var output = process.inputReader()) {
                    return output.lines()
                            .findFirst()
                            .filter(line ->
                                    Pattern.compile(introduction).matcher(line).lookingAt())
                            .map(line -> new Installed(
                                    program, line.startsWith("v") ? program.getFileName() + " " + line : line));
                }
            } catch (IOException broken) {
                return Optional.empty();
            }
        }
    }

    /** A program on this machine. */
    record Installed(Path program, String version) {}

    private static List<Path> searchPath() {
        return Stream.of(System.getenv("PATH").split(":", -1)).map(Path::of).toList();
    }

    /**
     * One that copies into a folder, or from it where the case is a restore.
     *
     * @param log for what it prints
     */
    Peer(Product product, Path tree, Case.Kind asked, Server server, Path log) {
        this.product = product;
        this.program = product.program();
        this.tree = tree;
        this.asked = asked;
        this.server = server;
        this.log = log;
    }

    @Override
    public int warmUps(int ofService) {
        // What a first run of the AWS CLI warms is nothing beside its duration.
        return product == Product.AWS ? 0 : Math.min(1, ofService);
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
        List<String> command = new ArrayList<>(List.of(program.toString()));
        boolean back = asked == Case.Kind.RESTORE;
        String folder = tree + "/";
        command.addAll(
                switch (product) {
                    case AWS -> List.of("s3", "sync", "--only-show-errors");
                    case S5CMD -> List.of("--log", "error", "sync");
                    case MC -> List.of("--config-dir", log.resolveSibling("mc").toString(), "mirror", "--quiet");
                    case RCLONE -> {
                        List<String> tuned = new ArrayList<>(List.of("sync", "--fast-list", "--log-level", "ERROR"));
                        tuned.addAll(List.of("--transfers", "64", "--checkers", "64"));
                        if (back) {
                            // Parts as large as those of the objects were, and the bucket is known to be there.
                            tuned.addAll(List.of("--s3-chunk-size", "8M", "--s3-no-check-bucket"));
                        } else if (asked == Case.Kind.UNCHANGED) {
                            tuned.add("--use-server-modtime");
                        }
                        yield tuned;
                    }
                    case RESTIC -> throw new IllegalStateException("restic reads no bucket");
                });
        command.addAll(
                back
                        ? List.of(folder, product.remote(Server.WRITABLE))
                        : List.of(product.remote(Server.BUCKET) + (product == Product.S5CMD ? "/*" : ""), folder));
        return command;
    }

    private Map<String, String> environment() {
        String id = String.valueOf(server.settings().keys().accessKeyId());
        String secret = String.valueOf(server.settings().keys().secretAccessKey());
        return switch (product) {
            case AWS, S5CMD ->
                Map.of(
                        "AWS_ENDPOINT_URL",
                        server.endpoint().toString(),
                        "S3_ENDPOINT_URL",
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
            case MC ->
                Map.of(
                        "MC_HOST_bench",
                        "http://%s:%s@%s"
                                .formatted(id, secret, server.endpoint().getAuthority()));
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
            case RESTIC -> throw new IllegalStateException("restic reads no bucket");
        };
    }

    @Override
    public Path tree() {
        return tree;
    }

    @Override
    public void close() {}
}
