package io.hubstorage.web.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.testkit.AwkwardKeys;
import io.hubstorage.testkit.Hub;
import io.hubstorage.testkit.Shell;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The tools that people have: each lists, copies and compares a snapshot as if it were the bucket. Where one is not installed, its
 * tests are skipped. {@code -Dkeys=100000} for more keys than the usual thousand.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class S3ToolsIT {
    private static final String TIMED = "photos.20261120080000";
    private static final int KEYS = Integer.getInteger("keys", 1_000);
    private static final Duration LONG = Duration.ofMinutes(20);

    private SyntheticS3 source;
    private Hub hub;
    private S3Endpoint endpoint;
    private RunRecord run;
    private Path work;

    @BeforeAll
    void backUp(@TempDir Path home) throws IOException {
        source = SyntheticS3.start();
        SyntheticBucket bucket = source.bucket(
                "photos",
                SyntheticBucket.ruled(KEYS, "data/folder-##/object-######.bin", index -> index % 1_000)
                        .withTruePartEtags());
        bucket.add("large.bin", 20 << 20);
        bucket.add("with blank/ünd/ümlaut +&.txt", 77);
        source.bucket("odd", SyntheticBucket.ofKeys(21, AwkwardKeys.all()));
        hub = new Hub(home, source.settings(), InstantSource.fixed(Instant.parse("2026-11-20T08:00:00Z")))
                .configure("photos", "odd");
        run = hub.backUp();
        assertThat(run.result()).as("%s", run).isEqualTo(RunResult.SUCCESS);
        endpoint = S3Endpoint.over(home);
        work = Files.createDirectories(home.resolve("work"));
    }

    @AfterAll
    void stop() {
        endpoint.close();
        hub.close();
        source.close();
    }

    private static void assumeInstalled(String tool) {
        boolean there = Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
        assumeTrue(there, tool + " is not installed");
    }

    private Shell.Result ended(Map<String, String> further, String... command) {
        Map<String, String> variables = new HashMap<>(endpoint.variables());
        variables.putAll(further);
        return Shell.run(work, variables, LONG, List.of(command));
    }

    private String run(Map<String, String> further, String... command) {
        return ended(further, command).succeeded().out();
    }

    private String run(String... command) {
        return run(Map.of(), command);
    }

    private void assertSameFiles(Path copy) throws IOException {
        Path tree = hub.files(run, "photos");
        List<Path> expected = files(tree);
        assertThat(files(copy)).isEqualTo(expected).hasSize(KEYS + 2);
        for (Path file : expected) {
            assertThat(Files.mismatch(copy.resolve(file), tree.resolve(file)))
                    .as("%s", file)
                    .isEqualTo(-1);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            files.filter(Files::isRegularFile).forEach(file -> found.add(folder.relativize(file)));
        }
        found.sort(Comparator.naturalOrder());
        return found;
    }

    @Test
    void awsListsSyncsAndPresigns() throws IOException {
        assumeInstalled("aws");
        assertThat(run("aws", "s3", "ls")).contains(" photos\n", " " + TIMED + "\n", " odd\n");
        assertThat(run("aws", "s3", "ls", "s3://" + TIMED + "/")).contains("PRE data/", "large.bin");
        Path other = work.resolve("aws");
        run("aws", "s3", "sync", "--only-show-errors", "s3://" + TIMED, other.toString());
        assertSameFiles(other);
        assertThat(run("aws", "s3", "sync", "--dryrun", "s3://" + TIMED, other.toString()))
                .isBlank();
        String address = run("aws", "s3", "presign", "s3://photos/large.bin").strip();
        S3Endpoint.Answer answer =
                endpoint.send("GET", address.substring(endpoint.url().toString().length()), Map.of());
        assertThat(answer.bytes()).isEqualTo(Files.readAllBytes(other.resolve("large.bin")));
        assertThat(ended(Map.of(), "aws", "s3", "rm", "s3://photos/large.bin").err())
                .contains("MethodNotAllowed", "only reads");
    }

    private Map<String, String> rclone() {
        Map<String, String> variables = new HashMap<>();
        variables.put("RCLONE_CONFIG", work.resolve("none.conf").toString());
        remote(variables, "SNAP", endpoint.url().toString(), S3Endpoint.ACCESS_KEY, S3Endpoint.SECRET_KEY);
        remote(variables, "ORIGINAL", source.endpoint().toString(), "synthetic", "synthetic-secret");
        return variables;
    }

    private static void remote(Map<String, String> variables, String name, String url, String key, String secret) {
        String prefix = "RCLONE_CONFIG_" + name + "_";
        variables.putAll(Map.of(
                prefix + "TYPE", "s3",
                prefix + "PROVIDER", "Other",
                prefix + "ENDPOINT", url,
                prefix + "ACCESS_KEY_ID", key,
                prefix + "SECRET_ACCESS_KEY", secret));
    }

    @Test
    void rcloneFindsNoDifferenceToTheOriginal() throws IOException {
        assumeInstalled("rclone");
        Map<String, String> remotes = rclone();
        assertThat(run(remotes, "rclone", "lsd", "snap:")).contains(TIMED);
        Shell.Result check = ended(remotes, "rclone", "check", "-v", "original:photos", "snap:" + TIMED);
        assertThat(check.succeeded().err()).contains("0 differences found", (KEYS + 2) + " matching files");
        Path other = work.resolve("rclone");
        run(remotes, "rclone", "copy", "--transfers", "16", "snap:" + TIMED, other.toString());
        assertSameFiles(other);
    }

    @Test
    void mcFindsNoDifferenceToTheOriginal() throws IOException {
        assumeInstalled("minio-client");
        Map<String, String> hosts = Map.of(
                "MC_CONFIG_DIR", work.resolve("mc").toString(),
                "MC_HOST_snap",
                        "http://%s:%s@127.0.0.1:%d"
                                .formatted(
                                        S3Endpoint.ACCESS_KEY,
                                        S3Endpoint.SECRET_KEY,
                                        endpoint.url().getPort()),
                "MC_HOST_original",
                        "http://synthetic:synthetic-secret@127.0.0.1:%d"
                                .formatted(source.endpoint().getPort()));
        assertThat(run(hosts, "minio-client", "ls", "snap")).contains(TIMED);
        assertThat(run(hosts, "minio-client", "ls", "--recursive", "snap/" + TIMED)
                        .lines())
                .hasSize(KEYS + 2);
        assertThat(run(hosts, "minio-client", "diff", "original/photos", "snap/" + TIMED))
                .isBlank();
        Path other = work.resolve("mirrored");
        run(hosts, "minio-client", "--quiet", "mirror", "snap/" + TIMED, other.toString());
        assertSameFiles(other);
        run(
                hosts,
                "minio-client",
                "--quiet",
                "cp",
                "snap/photos/large.bin",
                work.resolve("large").toString());
        assertThat(work.resolve("large")).hasSameBinaryContentAs(other.resolve("large.bin"));
    }

    /** The same of both servers: what boto3 sees of every awkward key. */
    private static final String BOTO = """
        import boto3, sys
        from botocore.client import Config
        def seen(url, key, secret, bucket):
            s3 = boto3.client('s3', endpoint_url=url, aws_access_key_id=key, aws_secret_access_key=secret,
                              region_name='eu-west-1', config=Config(s3={'addressing_style': 'path'}))
            found = []
            for page in s3.get_paginator('list_objects_v2').paginate(Bucket=bucket, PaginationConfig={'PageSize': 50}):
                for o in page['Contents']:
                    body = s3.get_object(Bucket=bucket, Key=o['Key'])
                    found.append((o['Key'], o['ETag'], o['Size'], o['LastModified'], body['Body'].read()))
            return found
        a = seen(sys.argv[1], 'synthetic', 'synthetic-secret', 'odd')
        b = seen(sys.argv[2], sys.argv[3], sys.argv[4], 'odd.20261120080000')
        assert a == b, [x[0] for x in set(a) ^ set(b)]
        print(len(a))
        """;

    @Test
    void botoSeesEveryAwkwardKeyAsInTheOriginal() {
        assumeInstalled("python3");
        assumeTrue(
                Shell.run(work, Map.of(), LONG, List.of("python3", "-c", "import boto3"))
                                .code()
                        == 0,
                "boto3 is not installed");
        assertThat(run(
                                "python3",
                                "-c",
                                BOTO,
                                source.endpoint().toString(),
                                endpoint.url().toString(),
                                S3Endpoint.ACCESS_KEY,
                                S3Endpoint.SECRET_KEY)
                        .strip())
                .isEqualTo(Integer.toString(AwkwardKeys.all().size()));
    }
}
