package io.hubstorage.snapshot;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.BucketOutcome;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.FailureCause;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunStart;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.Tally;
import io.hubstorage.bus.Trigger;
import io.hubstorage.fs.Durable;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.manifest.ManifestSummary;
import io.hubstorage.manifest.VerifiedCounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot's {@code run.json}: what the run that made it was asked to do, and what became of every object. A flat object in
 * JSON.
 *
 * @param format {@link #FORMAT}, or {@link #COMPRESSED}
 * @param snapshot the name of the folder
 * @param alarms what somebody must look at before the snapshots before this one may go
 * @param allocatedBytes what it takes on the disk that no snapshot before it takes, folders included, in whole blocks as
 *     {@code du} counts; absent in those of earlier versions
 */
public record Certificate(
        int format,
        String snapshot,
        @JsonUnwrapped Run run,
        @JsonUnwrapped Basis basis,
        List<Bucket> buckets,
        List<RunRecord.Alarm> alarms,
        @Nullable Long allocatedBytes) {
    /** Of a snapshot whose files are their objects as they are. */
    public static final int FORMAT = 1;

    /**
     * Of one that may hold compressed files: a program that knows only {@link #FORMAT} must leave it alone, since it would take them
     * for damaged, and repair them. The greatest that this program reads.
     */
    public static final int COMPRESSED = 2;

    /** Copies the lists; certificates of earlier versions have no alarms. */
    public Certificate {
        buckets = List.copyOf(buckets);
        alarms = alarms == null ? List.of() : List.copyOf(alarms);
    }

    /**
     * The run that made the snapshot.
     *
     * @param allBuckets as in {@link RunStart}
     * @param attempts how many it took
     */
    public record Run(
            String runId,
            Trigger trigger,
            RunResult result,
            @Nullable Boolean allBuckets,
            Instant startedAt,
            Instant finishedAt,
            int attempts) {}

    /**
     * What the run went by.
     *
     * @param hubstorageVersion the program that wrote it
     * @param endpoint the S3 endpoint; absent for AWS
     * @param previous the snapshot it was compared with
     * @param options the run's frozen options, as {@code config.json} names them
     */
    public record Basis(
            String hubstorageVersion,
            @Nullable String endpoint,
            @Nullable String previous,
            JsonNode options) {}

    public String runId() {
        return run.runId();
    }

    public RunResult result() {
        return run.result();
    }

    public Instant startedAt() {
        return run.startedAt();
    }

    /**
     * One bucket.
     *
     * @param prefix only keys that begin with it were covered; empty for all
     * @param files what the snapshot holds of it, directory markers included
     * @param manifest absent when the snapshot holds nothing of the bucket
     * @param failuresFile where all failures are, relative to the snapshot; absent when there are none
     */
    public record Bucket(
            String name,
            String prefix,
            @JsonUnwrapped BucketOutcome outcome,
            Listing listing,
            Tally files,
            @Nullable ManifestSummary manifest,
            @Nullable String failuresFile) {
        public BucketCounts counts() {
            return outcome.counts();
        }

        /** What does not add up, one sentence each; empty when the bucket is accounted for to the object and the byte. */
        public List<String> problems() {
            List<String> problems = new ArrayList<>();
            if (listing.complete() && !counts().balanced()) {
                problems.add("%s: %s were listed, but %s are accounted for"
                        .formatted(name, exact(counts().listed()), exact(counts().accounted())));
            }
            if (!counts().files().equals(files)) {
                problems.add("%s: the snapshot holds %s, but %s are accounted for"
                        .formatted(name, exact(files), exact(counts().files())));
            }
            Tally inManifest = manifest == null ? Tally.ZERO : new Tally(manifest.entries(), manifest.bytes());
            if (!inManifest.equals(files)) {
                problems.add("%s: the snapshot holds %s, but its manifest %s"
                        .formatted(name, exact(files), exact(inManifest)));
            }
            if (manifest != null && !manifest.verified().isEmpty()) {
                Tally verified = manifest.verified().values().stream().reduce(Tally.ZERO, Tally::plus);
                if (!verified.equals(files)) {
                    problems.add("%s: the snapshot holds %s, but of %s it says how they were verified"
                            .formatted(name, exact(files), exact(verified)));
                }
            }
            if (outcome.failuresTotal() < outcome.failures().size()) {
                problems.add("%s: %s failures are named, but only %s counted"
                        .formatted(
                                name, Sizes.number(outcome.failures().size()), Sizes.number(outcome.failuresTotal())));
            }
            return problems;
        }

        private static String exact(Tally tally) {
            return "%s objects (%s bytes)".formatted(Sizes.number(tally.objects()), Sizes.number(tally.bytes()));
        }

        /** The bucket as the history keeps it. */
        public RunRecord.BucketRecord record() {
            return new RunRecord.BucketRecord(name, outcome, listing.complete());
        }
    }

    /**
     * How the bucket was listed.
     *
     * @param complete whether the listing reached its end; if not, nothing was concluded from it
     * @param pages how many LIST requests were answered
     * @param order {@code utf8} as it should be, or {@code sorted} when the server listed otherwise
     */
    public record Listing(boolean complete, long pages, String order) {}

    /**
     * How the objects of all buckets were verified on arrival, by the word in {@link ManifestEntry#verified}. Written for
     * people; read back from the buckets.
     */
    @JsonProperty(access = JsonProperty.Access.READ_ONLY)
    public Map<String, Tally> verified() {
        VerifiedCounts all = new VerifiedCounts();
        for (Bucket bucket : buckets) {
            if (bucket.manifest() != null) {
                all.addAll(bucket.manifest().verified());
            }
        }
        return all.counts();
    }

    /** Why something failed, grouped as in {@link RunRecord#causes}. Written for people; read back from the buckets. */
    @JsonProperty(access = JsonProperty.Access.READ_ONLY)
    public List<FailureCause> causes() {
        return record("").causes();
    }

    /** The run as the history keeps it, with this sentence for people. */
    public RunRecord record(String message) {
        return new RunRecord(
                new RunStart(run.runId, run.trigger, false, run.allBuckets, run.startedAt),
                new RunEnd(run.result, run.finishedAt, run.attempts, message),
                new RunRecord.CurrentSnapshot(snapshot, true, run.startedAt),
                buckets.stream().map(Bucket::record).toList(),
                alarms);
    }

    /** What does not add up in any bucket; empty when all is accounted for. */
    public List<String> problems() {
        return buckets.stream().flatMap(bucket -> bucket.problems().stream()).toList();
    }

    public boolean balanced() {
        return problems().isEmpty();
    }

    /** Writes it atomically and durably, indented for people. */
    public void write(Path file) throws IOException {
        Durable.writeAtomically(
                file, BusJson.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
    }

    /**
     * Reads a certificate.
     *
     * @throws IOException when there is none, or when it is damaged or of a later format
     */
    public static Certificate read(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Certificate certificate;
        try {
            certificate = BusJson.mapper().readValue(bytes, Certificate.class);
        } catch (JsonProcessingException e) {
            throw new IOException("The certificate " + file + " is damaged: " + e.getOriginalMessage(), e);
        }
        if (certificate.format < 1 || certificate.format > COMPRESSED) {
            throw new IOException(
                    "The certificate %s has format %d, but this program reads only up to %d: use a newer one"
                            .formatted(file, certificate.format, COMPRESSED));
        }
        return certificate;
    }
}
