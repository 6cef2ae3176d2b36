package io.hubstorage.cli;

import io.hubstorage.bus.RestoreRequest;
import io.hubstorage.bus.RestoreRequest.Overwrite;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What is restored, as of when, and where to. */
final class RestoreOptions {
    @Option(names = "--snapshot", paramLabel = "<name>", description = "The snapshot, by name, or latest (the default)")
    private @Nullable String snapshot;

    @Option(
            names = "--at",
            paramLabel = "<time>",
            description =
                    "The newest snapshot from then or before: 2026-11-26 (the end of that day), 2026-11-26T07:00, or"
                            + " with a Z at its end in UTC")
    private @Nullable String at;

    @Option(
            names = "--bucket",
            paramLabel = "<name>",
            description = "This bucket of the snapshot (else all of them); may be repeated")
    private List<String> buckets = new ArrayList<>();

    @Option(names = "--prefix", paramLabel = "<text>", description = "Keys that begin with it; may be repeated")
    private List<String> prefixes = new ArrayList<>();

    @Option(names = "--key", paramLabel = "<key>", description = "This key; may be repeated, and beside --prefix")
    private List<String> keys = new ArrayList<>();

    @Option(
            names = "--exclude",
            paramLabel = "<pattern>",
            description = "Not keys that match, as in the AWS CLI (* also matches /); may be repeated")
    private List<String> exclude = new ArrayList<>();

    @Option(
            names = "--include",
            paramLabel = "<pattern>",
            description = "Keys that match, although they are excluded; without --exclude, only these")
    private List<String> include = new ArrayList<>();

    @Option(
            names = "--absent-in",
            paramLabel = "<snapshot>",
            description = "Only what that snapshot does not have: what has been deleted since")
    private @Nullable String absentIn;

    @Option(
            names = "--to",
            paramLabel = "<s3://bucket/prefix>",
            description =
                    "Where to in S3; with several buckets, each below its name. Without --to and --to-dir, one bucket"
                            + " goes to a new prefix in itself")
    private @Nullable String to;

    @Option(
            names = "--to-dir",
            paramLabel = "<folder>",
            description = "Or to this folder, which is made if need be; with several buckets, each below its name")
    private @Nullable Path toDir;

    @Option(
            names = "--in-place",
            paramLabel = "<bucket>",
            description =
                    "Or to where it came from: the bucket's name once more. restore.in_place in config.json must allow"
                            + " it")
    private @Nullable String inPlace;

    @Option(
            names = "--overwrite",
            paramLabel = "<when>",
            description = "What is there already and differs: never (the default), if-different, if-older, or always")
    private @Nullable String overwrite;

    @Option(
            names = "--delete-extra",
            description = "Delete there what the snapshot has not, as far as prefix, keys and patterns reach")
    private boolean deleteExtra;

    @Option(names = "--create-bucket", description = "Make the bucket if there is none")
    private boolean createBucket;

    @Option(names = "--without-tags", description = "Leave tags out, where the server has none")
    private boolean withoutTags;

    @Option(
            names = "--storage-class",
            paramLabel = "<class>",
            description = "Write in this storage class (else sync_options.storage_class, else the one of each object)")
    private @Nullable String storageClass;

    @Option(names = "--sse", description = "Ask S3 to encrypt (else as sync_options.sse says)")
    private @Nullable Boolean sse;

    boolean isEmpty() {
        return request(IllegalArgumentException::new).equals(NOTHING.request(IllegalArgumentException::new));
    }

    private static final RestoreOptions NOTHING = new RestoreOptions();

    /** @param usage makes what is thrown when they make no sense; a {@link ParameterException} on a command line */
    RestoreRequest request(Function<String, ? extends RuntimeException> usage) {
        return new RestoreRequest(
                snapshot,
                at == null ? null : time(at, usage),
                buckets,
                prefixes,
                keys,
                include,
                exclude,
                absentIn,
                to,
                toDir == null ? null : toDir.toAbsolutePath().normalize().toString(),
                inPlace,
                overwrite == null ? Overwrite.NEVER : overwrite(overwrite, usage),
                deleteExtra,
                createBucket,
                withoutTags,
                storageClass,
                sse);
    }

    private static Overwrite overwrite(String text, Function<String, ? extends RuntimeException> usage) {
        try {
            return Overwrite.valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
        } catch (IllegalArgumentException e) {
            throw usage.apply("--overwrite takes never, if-different, if-older or always");
        }
    }

    private static Instant time(String text, Function<String, ? extends RuntimeException> usage) {
        String iso = text.strip().replace(' ', 'T');
        try {
            if (iso.endsWith("Z")) {
                return Instant.parse(iso);
            }
            if (iso.contains("T")) {
                return LocalDateTime.parse(iso).atZone(ZoneId.systemDefault()).toInstant();
            }
            // The end of that day.
            return LocalDate.parse(iso)
                    .plusDays(1)
                    .atStartOfDay(ZoneId.systemDefault())
                    .toInstant()
                    .minusSeconds(1);
        } catch (DateTimeException e) {
            throw usage.apply("--at takes a time such as 2026-11-26, 2026-11-26T07:00 or 2026-11-26T07:00:00Z");
        }
    }
}
