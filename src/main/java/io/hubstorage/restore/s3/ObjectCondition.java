package io.hubstorage.restore.s3;

import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.restore.targets.Target.Condition;
import io.hubstorage.restore.targets.Target.Found;
import io.hubstorage.s3.ObjectWriter.Head;
import io.hubstorage.s3.S3Failure;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;

/** What must be so for the write of one object, as S3 takes it and as a HEAD shows it. For one thread. */
final class ObjectCondition {
    private final S3Bucket bucket;
    private final ServerAbilities server;
    private final String name;
    private final ManifestEntry entry;
    private Condition condition;

    ObjectCondition(S3Bucket bucket, ServerAbilities server, String name, ManifestEntry entry, Condition condition) {
        this.bucket = bucket;
        this.server = server;
        this.name = name;
        this.entry = entry;
        this.condition = condition;
    }

    /** From now on this is what must be there. */
    void replace(Found found) {
        condition = new Condition.Unchanged(found);
    }

    /** Whether the write itself can be made to depend on it. */
    boolean isHeeded(boolean inParts) {
        return switch (condition) {
            case Condition.Absent _ -> server.ifAbsent() && (!inParts || server.completesOnCondition());
            case Condition.Unchanged unchanged ->
                server.ifMatch() && unchanged.found().etag() != null && (!inParts || server.completesOnCondition());
            case Condition.Any _ -> true;
        };
    }

    /** With which it does. */
    Map<String, String> headers() {
        return switch (condition) {
            case Condition.Absent _ -> Map.of("if-none-match", "*");
            case Condition.Unchanged unchanged ->
                Map.of("if-match", '"' + unchanged.found().etag() + '"');
            case Condition.Any _ -> Map.of();
        };
    }

    /** Whether that is what a failure says. A condition on what is gone is told as if that were missed. */
    boolean isMissedBy(S3Failure failure) {
        return failure instanceof S3Failure.Changed
                || (condition instanceof Condition.Unchanged
                        && failure.kind() == S3Failure.Kind.NOT_FOUND
                        && !failure.code().equals("NoSuchUpload"));
    }

    /** What is there against it, in a sentence; empty when it holds. */
    Optional<String> conflict() throws S3Failure, InterruptedException {
        Head head = condition instanceof Condition.Any ? null : bucket.head(name, entry);
        return switch (condition) {
            case Condition.Any _ -> Optional.empty();
            case Condition.Absent _ -> Optional.ofNullable(head).map(bucket::describe);
            case Condition.Unchanged unchanged ->
                head == null
                        ? Optional.of("What was to be replaced is not there any more.")
                        : Optional.of(head)
                                .filter(now -> !isStill(unchanged.found(), now))
                                .map(bucket::describe);
        };
    }

    /** Whether what is there was not there when it held. */
    boolean isNew(Head head) {
        return switch (condition) {
            case Condition.Absent _ -> true;
            case Condition.Unchanged unchanged -> !isStill(unchanged.found(), head);
            case Condition.Any _ -> false;
        };
    }

    /** Where there is no ETag, by the time too, of which a HEAD tells whole seconds. */
    static boolean isStill(Found found, Head head) {
        return head.head().size() == found.size()
                && (found.etag() == null
                        ? found.lastModified()
                                .truncatedTo(ChronoUnit.SECONDS)
                                .equals(head.head().lastModified().truncatedTo(ChronoUnit.SECONDS))
                        : found.etag().equals(head.head().etag()));
    }
}
