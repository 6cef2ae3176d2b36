package io.hubstorage.backup;

import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.bus.TransferMessage.Outcome;
import io.hubstorage.bus.TransferMessage.Remedy;
import io.hubstorage.bus.TransferMessage.Result;
import io.hubstorage.bus.TransferMessage.Shard;
import io.hubstorage.bus.TransferMessage.Trust;
import io.hubstorage.bus.TransferMessage.Usage;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far an attempt at a bucket is: its shards in key order, and how each ended.
 *
 * @param keep whether the bucket was linked over whole, without asking S3
 */
record BucketAttempt(String bucket, String prefix, int number, boolean keep, List<ShardEnd> shards) {
    record ShardEnd(Shard shard, Result result) {
        /** Some objects were asked for once more; what the result says of objects includes the others. */
        ShardEnd retried(Result later) {
            boolean onlyNowSame = later.outcome() == Outcome.UNCHANGED;
            return with(onlyNowSame ? result.outcome() : later.outcome(), later.progress(), later.failures(), later);
        }

        /** What stays was linked, unless that failed. */
        ShardEnd linked(Result later) {
            return later.outcome().isComplete()
                    ? with(later.outcome(), result.progress(), result.failures(), later)
                    : new ShardEnd(shard, later);
        }

        private ShardEnd with(
                Outcome outcome, TransferMessage.Progress progress, TransferMessage.Failures failures, Result later) {
            return new ShardEnd(
                    shard,
                    new Result(
                            later.runId(),
                            later.id(),
                            outcome,
                            progress,
                            result.usage().plus(later.usage()),
                            failures,
                            later.error()));
        }

        Shard goOn(TransferMessage.Mode mode) {
            return shard.goOn(mode, result.progress());
        }

        Remedy remedy() {
            return result.failures().remedy();
        }

        Path part() {
            return Path.of(shard.workingFile(".part.zst"));
        }

        /** All its failures; does not exist when there are none. */
        Path failures() {
            return Path.of(shard.workingFile(".failures.jsonl"));
        }
    }

    /** The same attempt, after its shards have been gone on with. */
    BucketAttempt with(List<ShardEnd> later) {
        return new BucketAttempt(bucket, prefix, number, keep, later);
    }

    boolean any(Outcome outcome) {
        return shards.stream().anyMatch(end -> end.result().outcome() == outcome);
    }

    /** Whether every shard's listing reached its end and all it named is accounted for. */
    boolean complete() {
        return shards.stream().allMatch(end -> end.result().outcome().isComplete());
    }

    /** Whether the bucket is as the last snapshot has it. */
    boolean unchanged() {
        return shards.stream().allMatch(end -> end.result().outcome() == Outcome.UNCHANGED);
    }

    /** Whether its part of the next snapshot is there. */
    boolean linked() {
        return shards.stream().allMatch(end -> end.result().outcome() == Outcome.LINKED);
    }

    /** What may mend what failed. What has been linked stays as it is. */
    Remedy remedy() {
        if (linked()) {
            return Remedy.NONE;
        }
        return shards.stream()
                .map(ShardEnd::remedy)
                .max(Comparator.naturalOrder())
                .orElse(Remedy.NONE);
    }

    boolean sorted() {
        return shards.stream().anyMatch(end -> end.shard().keys().sorted());
    }

    BucketCounts counts() {
        return shards.stream()
                .map(end -> end.result().progress().counts())
                .reduce(BucketCounts.ZERO, BucketCounts::plus);
    }

    Usage usage() {
        return shards.stream().map(end -> end.result().usage()).reduce(Usage.NONE, Usage::plus);
    }

    /** Whether each file of the last snapshot was looked at, whatever became of it. */
    boolean looked() {
        return keep
                || shards.stream()
                        .allMatch(end -> end.shard().sources().stream()
                                .anyMatch(source -> source.previous() && source.trust() != Trust.MANIFEST));
    }

    long failuresTotal() {
        return shards.stream().mapToLong(end -> end.result().failures().total()).sum();
    }

    List<RunRecord.Failure> failures() {
        return RunRecord.Failure.some(shards.stream().flatMap(end -> end.result().failures().first().stream()));
    }

    Map<String, Tally> failuresByKind() {
        Map<String, Tally> all = new TreeMap<>();
        shards.forEach(
                end -> end.result().failures().byKind().forEach((kind, tally) -> all.merge(kind, tally, Tally::plus)));
        return all;
    }

    @Nullable
    String error() {
        return firstWithError().map(Result::error).orElse(null);
    }

    /** Of which kind {@link #error} is. */
    @Nullable
    String errorKind() {
        return firstWithError().map(result -> result.failures().ofShard()).orElse(null);
    }

    private Optional<Result> firstWithError() {
        return shards.stream()
                .map(ShardEnd::result)
                .filter(result -> result.error() != null)
                .findFirst();
    }
}
