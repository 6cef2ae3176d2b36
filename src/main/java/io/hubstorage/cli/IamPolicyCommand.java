package io.hubstorage.cli;

import io.hubstorage.bus.BucketName;
import io.hubstorage.config.ConfigReading;
import io.hubstorage.config.HubConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The least rights that do the work, to be given to the keys in {@code .env}. Asks nobody: reads the configuration alone. */
@Command(
        name = "iam-policy",
        description = {
            "Print the IAM policy with the least rights that backups need, or restores.",
            "",
            "For the buckets of config.json, or those that are named. Reading only: keys with this policy can",
            "change and delete nothing. Paste it into IAM, or give it to 'aws iam put-user-policy'."
        },
        footer = {
            "  java -jar hubstorage.jar iam-policy",
            "  java -jar hubstorage.jar iam-policy --bucket photos --bucket documents",
            "  java -jar hubstorage.jar iam-policy --restore --bucket photos-restored"
        })
final class IamPolicyCommand extends CliCommand {
    @Mixin
    private final ConfigOptions options = new ConfigOptions();

    @Option(
            names = "--bucket",
            paramLabel = "<name>",
            description = "In the place of the configured ones; may be repeated")
    private List<String> buckets = List.of();

    @Option(
            names = "--account",
            paramLabel = "<name>",
            description = "The buckets of this named account; else those of the keys in AWS_*")
    private @Nullable String account;

    @Option(names = "--restore", description = "What writing back needs, for keys of their own in RESTORE_AWS_*")
    private boolean restore;

    @Option(
            names = "--kms-key",
            paramLabel = "<arn>",
            description = "A KMS key that objects are encrypted with; may be repeated")
    private List<String> kmsKeys = List.of();

    @Option(
            names = "--partition",
            paramLabel = "<name>",
            defaultValue = "aws",
            description = "aws, aws-cn or aws-us-gov (${DEFAULT-VALUE})")
    private String partition = "aws";

    IamPolicyCommand(Program program) {
        super(program);
    }

    @Override
    ExitCode run() throws IOException {
        if (!List.of("aws", "aws-cn", "aws-us-gov").contains(partition)) {
            throw usage("--partition is aws, aws-cn or aws-us-gov");
        }
        for (String name : buckets) {
            // Else a star or a slash in it would grant more than it says.
            if (!HubConfig.BucketSpec.isName(name)) {
                throw usage("--bucket takes a bucket's name alone, not " + Table.printable(name));
            }
        }
        for (String key : kmsKeys) {
            if (!key.matches("arn:" + partition + ":kms:[a-z0-9-]+:\\d{12}:(key|alias)/[A-Za-z0-9/_-]+")) {
                throw usage(
                        "--kms-key takes the ARN of a key, such as arn:aws:kms:eu-central-1:123456789012:key/1234abcd");
            }
        }
        printJson(policy(named()));
        return ExitCode.OK;
    }

    /** Each as its ARN goes on behind the last colon, by the bucket's name in S3; with a star at the end for what keys may be like. */
    private Map<String, String> named() {
        Map<String, String> found = new LinkedHashMap<>();
        if (!buckets.isEmpty()) {
            buckets.forEach(name -> found.put(BucketName.inS3(name), BucketName.inS3(name) + "/*"));
            return found;
        }
        HubConfig.Selection selection =
                ConfigReading.of(options.environment(program)).config().selection();
        if (account != null && !selection.accounts().containsKey(account)) {
            throw usage("the configuration has no account " + Table.printable(account));
        }
        if (selection.dynamic() && account == null) {
            return Map.of("*", "*/*");
        }
        for (HubConfig.BucketSpec spec : selection.buckets()) {
            if (Objects.equals(spec.account(), account)) {
                found.put(spec.bucket(), spec.bucket() + "/" + literal(spec.prefix()) + "*");
            }
        }
        if (found.isEmpty()) {
            throw usage("no bucket is configured" + (account == null ? "" : " of that account")
                    + "; name them with --bucket");
        }
        return found.containsKey("*") ? Map.of("*", "*/*") : found;
    }

    /** What would be a pattern in a policy stands for itself. */
    private static String literal(String prefix) {
        return prefix.replaceAll("[*?$]", "\\${$0}");
    }

    private Map<String, Object> policy(Map<String, String> names) {
        List<String> whole = names.keySet().stream().map(this::arn).toList();
        List<String> objects = names.values().stream().map(this::arn).toList();
        List<Map<String, Object>> statements = new ArrayList<>();
        if (restore) {
            statements.add(
                    allow("LookIntoTheBuckets", whole, List.of("s3:ListBucket", "s3:ListBucketMultipartUploads")));
            // Read, to confirm what was written; deleted, where what is extra is to go and for what was cut off.
            statements.add(allow(
                    "WriteObjects",
                    objects,
                    List.of(
                            "s3:PutObject",
                            "s3:PutObjectTagging",
                            "s3:GetObject",
                            "s3:GetObjectTagging",
                            "s3:DeleteObject",
                            "s3:AbortMultipartUpload",
                            "s3:ListMultipartUploadParts")));
        } else {
            if (names.containsKey("*")) {
                statements.add(allow("FindTheBuckets", List.of("*"), List.of("s3:ListAllMyBuckets")));
            }
            statements.add(allow("ListTheBuckets", whole, List.of("s3:ListBucket")));
            statements.add(allow(
                    "ReadObjects", objects, List.of("s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging")));
        }
        if (!kmsKeys.isEmpty()) {
            List<String> uses = restore ? List.of("kms:Decrypt", "kms:GenerateDataKey") : List.of("kms:Decrypt");
            statements.add(allow("UseTheKeys", kmsKeys, uses));
        }
        Map<String, Object> policy = new LinkedHashMap<>();
        policy.put("Version", "2012-10-17");
        policy.put("Statement", statements);
        return policy;
    }

    private String arn(String resource) {
        return "arn:%s:s3:::%s".formatted(partition, resource);
    }

    private static Map<String, Object> allow(String name, List<String> resources, List<String> actions) {
        Map<String, Object> statement = new LinkedHashMap<>();
        statement.put("Sid", name);
        statement.put("Effect", "Allow");
        statement.put("Action", actions);
        statement.put("Resource", resources);
        return statement;
    }
}
