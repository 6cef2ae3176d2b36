package io.hubstorage.backup;

import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.TransferMessage.Outcome;
import io.hubstorage.bus.TransferMessage.Trust;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One pass over one bucket: its shards in key order, and how each ended.
 *
 * @param keep whether the bucket was linked over whole, without asking S3
 */
record BucketPass(String bucket, String prefix, int pass, boolean keep, List<ShardEnd> shards) {
    private static final int NAMED = 100;

    /** A shard and its end. */
    record ShardEnd(TransferMessage.Shard shard, TransferMessage.Result result) {
        /** The shard's part of the manifest. */
        Path part() {
            return journalFile("part.zst");
        }

        /** All its failures; does not exist when there are none. */
        Path failures() {
            return journalFile("failures.jsonl");
        }

        private Path journalFile(String kind) {
            return Path.of(shard.journal()).resolve("shard-%04d.%s".formatted(shard.index(), kind));
        }
    }

    boolean any(Outcome outcome) {
        return shards.stream().anyMatch(end -> end.result().outcome() == outcome);
    }

    /** Whether every shard's listing reached its end and all it named is accounted for. */
    boolean complete() {
        return shards.stream()
                .allMatch(end -> end.result().outcome() == Outcome.COMPLETE
                        || end.result().outcome() == Outcome.UNCHANGED);
    }

    /** Whether the bucket is as the last snapshot has it. */
    boolean unchanged() {
        return shards.stream().allMatch(end -> end.result().outcome() == Outcome.UNCHANGED);
    }

    boolean sorted() {
        return shards.stream().anyMatch(end -> end.shard().sorted());
    }

    BucketCounts counts() {
        return shards.stream().map(end -> end.result().counts()).reduce(BucketCounts.ZERO, BucketCounts::plus);
    }

    long listRequests() {
        return shards.stream().mapToLong(end -> end.result().listRequests()).sum();
    }

    long failuresTotal() {
        return shards.stream().mapToLong(end -> end.result().failuresTotal()).sum();
    }

    /** Whether each file of the last snapshot was looked at, whatever became of it. */
    boolean looked() {
        return keep
                || shards.stream()
                        .allMatch(end -> end.shard().sources().stream()
                                .anyMatch(source -> source.previous() && source.trust() != Trust.MANIFEST));
    }

    /** What that took, summed over threads. */
    long lookMillis() {
        return shards.stream().mapToLong(end -> end.result().lookMillis()).sum();
    }

    /** Whether trying again later may mend what failed. */
    boolean retriable() {
        return shards.stream()
                .map(ShardEnd::result)
                .anyMatch(result -> result.retriable() && (result.error() != null || result.failuresTotal() > 0));
    }

    List<RunRecord.Failure> failures() {
        List<RunRecord.Failure> named = new ArrayList<>();
        shards.forEach(end -> named.addAll(end.result().failures()));
        return named.size() <= NAMED ? named : named.subList(0, NAMED);
    }

    /** Why the bucket as a whole failed. */
    @Nullable
    String error() {
        return shards.stream()
                .map(end -> end.result().error())
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }
}
