package io.hubstorage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.S3Request;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticS3;
import io.hubstorage.testkit.TextBucket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code iam-policy}: what it grants, and that the real engine asks for nothing else. */
final class IamPolicyCommandTest {
    @TempDir
    Path home;

    private Commands commands;

    @BeforeEach
    void places() {
        commands = new Commands(home);
    }

    private JsonObject policy(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "iam-policy";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        assertThat(commands.run(all)).as(commands::err).isZero();
        return new JsonObject(commands.out());
    }

    private static Set<String> granted(JsonObject policy, String list) {
        Set<String> found = new TreeSet<>();
        for (Object statement : policy.getJsonArray("Statement")) {
            assertThat(((JsonObject) statement).getString("Effect")).isEqualTo("Allow");
            ((JsonObject) statement).getJsonArray(list).forEach(each -> found.add((String) each));
        }
        return found;
    }

    @Test
    void aBackupAndARestoreAskForNothingThatTheirPoliciesDoNotGrant() throws IOException {
        try (SyntheticS3 s3 = SyntheticS3.start();
                TextBucket back = new TextBucket(s3, "back")) {
            s3.bucket("photos", SyntheticBucket.ofKeys(300, List.of("a", "b/c", "large")));
            commands.with("AWS_ENDPOINT_URL", s3.endpoint())
                    .with("AWS_ACCESS_KEY_ID", "synthetic")
                    .with("AWS_SECRET_ACCESS_KEY", "synthetic-secret")
                    .at(InstantSource.system())
                    .configured("{\"s3_buckets\": [\"photos\"], \"automation\": {\"enabled\": false}}");
            assertThat(commands.run("backup")).as(commands::err).isZero();
            assertThat(asked(s3, "photos")).isNotEmpty().isSubsetOf(granted(policy(), "Action"));

            assertThat(commands.run("restore", "--bucket", "photos", "--to", "s3://back/", "--yes"))
                    .as(commands::err)
                    .isZero();
            assertThat(back.get("b/c")).hasSize(300);
            assertThat(asked(s3, "back"))
                    .contains("s3:PutObject")
                    .isSubsetOf(granted(policy("--restore", "--bucket", "back"), "Action"));
        }
    }

    private static Set<String> asked(SyntheticS3 s3, String bucket) {
        return s3.log().requests(request -> bucket.equals(request.bucket())).stream()
                .map(S3Request::kind)
                .map(IamPolicyCommandTest::action)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What IAM calls the right to ask for it. */
    private static String action(RequestKind kind) {
        return switch (kind) {
            case LIST_BUCKETS -> "s3:ListAllMyBuckets";
            case HEAD_BUCKET, LIST, FOLDERS -> "s3:ListBucket";
            case LOCATION -> "s3:GetBucketLocation";
            case GET, HEAD -> "s3:GetObject";
            case TAGGING -> "s3:GetObjectTagging";
            case PUT, BEGIN_UPLOAD, PUT_PART, COMPLETE_UPLOAD -> "s3:PutObject";
            case PUT_TAGGING -> "s3:PutObjectTagging";
            case DELETE -> "s3:DeleteObject";
            case ABORT_UPLOAD -> "s3:AbortMultipartUpload";
            case LIST_UPLOADS -> "s3:ListBucketMultipartUploads";
            case LIST_PARTS -> "s3:ListMultipartUploadParts";
            case CREATE_BUCKET -> "s3:CreateBucket";
            case OTHER -> "other";
        };
    }

    @Test
    void keysForBackupsCanChangeNothing() throws IOException {
        commands.configured("""
            {"s3_buckets": ["photos", {"name": "logs", "prefix": "app/$*"}, {"name": "old", "account": "archive"}],
             "accounts": {"archive": {"env_prefix": "ARCHIVE_"}}}\
            """);
        JsonObject policy = policy();
        assertThat(policy.getString("Version")).isEqualTo("2012-10-17");
        assertThat(granted(policy, "Action"))
                .containsExactly("s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion", "s3:ListBucket");
        assertThat(granted(policy, "Resource"))
                .as("what is a pattern to IAM stands for itself")
                .containsExactly(
                        "arn:aws:s3:::logs",
                        "arn:aws:s3:::logs/app/${$}${*}*",
                        "arn:aws:s3:::photos",
                        "arn:aws:s3:::photos/*");
        assertThat(granted(policy("--account", "archive"), "Resource"))
                .containsExactly("arn:aws:s3:::old", "arn:aws:s3:::old/*");
    }

    @Test
    void whereBucketsAreFoundThePolicyLetsThemBeFound() throws IOException {
        commands.configured("{\"use_dynamic_buckets\": true}");
        assertThat(granted(policy(), "Action")).contains("s3:ListAllMyBuckets");
        assertThat(granted(policy("--partition", "aws-cn"), "Resource")).contains("arn:aws-cn:s3:::*/*");
    }

    @Test
    void aKeyOfKmsIsUsedButNotManaged() {
        String key = "arn:aws:kms:eu-central-1:123456789012:key/1234-abcd";
        JsonArray statements = policy("--bucket", "photos", "--kms-key", key).getJsonArray("Statement");
        assertThat(statements.getJsonObject(statements.size() - 1))
                .isEqualTo(new JsonObject()
                        .put("Sid", "UseTheKeys")
                        .put("Effect", "Allow")
                        .put("Action", JsonArray.of("kms:Decrypt"))
                        .put("Resource", JsonArray.of(key)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--bucket=photos/*|a bucket's name alone",
                "--bucket=*|a bucket's name alone",
                "--kms-key=*|the ARN of a key",
                "--partition=moon|aws, aws-cn or aws-us-gov",
                "--account=nobody|the configuration has no account nobody",
                "--restore|no bucket is configured"
            })
    void whatWouldGrantMoreThanItSaysIsRefused(String option, String said) {
        assertThat(commands.run("iam-policy", option)).isEqualTo(ExitCode.USAGE.code());
        assertThat(commands.err()).contains(said);
        assertThat(commands.out()).isEmpty();
    }

    @Test
    void theShellCompletesWhatThereIs() {
        assertThat(commands.run("completion")).isZero();
        assertThat(commands.out()).startsWith("#!/usr/bin/env bash").contains("hubstorage", "iam-policy", "--dry-run");
    }
}
