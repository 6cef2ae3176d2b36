package io.hubstorage.restore.s3;

import io.hubstorage.integrity.Algorithm;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.requests.RateLimiter;
import io.hubstorage.restore.s3.ServerAbilities.Digests;
import io.hubstorage.restore.targets.Source;
import io.hubstorage.restore.targets.Target.Condition;
import io.hubstorage.restore.targets.Target.Found;
import io.hubstorage.restore.targets.Target.Written;
import io.hubstorage.s3.ObjectWriter.Bytes;
import io.hubstorage.s3.ObjectWriter.Head;
import io.hubstorage.s3.ObjectWriter.Stored;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One object on its way into the bucket, until it is there and confirmed. An answer that does not come says nothing of the write: before
 * it is sent again, and at the end, a HEAD tells whether it has come about, so that nothing is written twice, and no write of ours is
 * taken for somebody else's. Used once, by one thread.
 */
final class ObjectUpload {
    private static final Logger LOG = LoggerFactory.getLogger(ObjectUpload.class);

    /** Read into memory as a whole, which checks it before anything is sent. */
    private static final long SMALL = RateLimiter.LEAST_BURST;

    private static final String TOO_SMALL = "EntityTooSmall";

    /**
     * How it ended.
     *
     * @param conflict what is there instead; null when it was written
     */
    record Outcome(@Nullable Written written, @Nullable String conflict) {}

    private final S3Bucket bucket;
    private final ServerAbilities server;
    private final String name;
    private final ManifestEntry entry;
    /** As it was asked for. */
    private final Condition demanded;
    /** Whose reading is not counted: {@code sent} is. */
    private final Source source;

    private final Source sent;
    private final ObjectCondition condition;
    /** The recorded one, where the server compares it; null for none. */
    private @Nullable RecordedChecksum checksum;

    /** In hex: what the ETag is where it is made of MD5s; null while that is not known. */
    private @Nullable String expectedEtag;

    /** What the last write that was answered has stored. */
    private @Nullable Stored answered;

    private boolean mayHaveLanded;

    /** What is there of ours and is not what was sent; null for nothing. */
    private @Nullable Found wrong;

    ObjectUpload(
            S3Bucket bucket,
            ServerAbilities server,
            String name,
            ManifestEntry entry,
            Source source,
            Condition condition) {
        this.bucket = bucket;
        this.server = server;
        this.name = name;
        this.entry = entry;
        this.source = source.uncounted();
        this.sent = source;
        this.condition = new ObjectCondition(bucket, server, name, entry, condition);
        this.demanded = condition;
        this.checksum = server.digests() == Digests.CHECKSUMS
                ? RecordedChecksum.of(entry.content().upload())
                : null;
    }

    Outcome run() throws S3Failure, IOException, InterruptedException {
        try {
            return written();
        } catch (S3Failure failure) {
            if (wrong == null) {
                throw failure;
            }
            // The next round would take what is there for somebody else's.
            throw S3Failure.unreadable(
                    S3Failure.Kind.CORRUPT,
                    String.valueOf(failure.getMessage())
                            + (isTakenBack(wrong)
                                    ? " It was deleted again."
                                    : " What is there now is not what was sent."),
                    failure);
        }
    }

    /** Deletes what is wrong where nothing was before, and if nothing else can be meant. */
    private boolean isTakenBack(Found bad) throws IOException, InterruptedException {
        if (!(demanded instanceof Condition.Absent) || !server.deletesOnCondition() || bad.etag() == null) {
            return false;
        }
        try {
            return bucket.requests().send(() -> {
                bucket.writer().delete(name, null, bad.etag());
                return true;
            });
        } catch (S3Failure failure) {
            LOG.warn("{}", failure.getMessage());
            return false;
        }
    }

    private Outcome written() throws S3Failure, IOException, InterruptedException {
        UploadPlan plan = bucket.plan(entry);
        Outcome outcome;
        try {
            outcome = plan.inOneRequest() ? bucket.withMemory(this::inOneRequest) : inParts(plan);
        } catch (S3Failure refused) {
            if (!refused.code().equals(TOO_SMALL)) {
                throw refused;
            }
            LOG.info("{} Larger parts are written, so its ETag will be another.", refused.getMessage());
            outcome = entry.size() <= UploadPlan.LEAST_PART
                    ? bucket.withMemory(this::inOneRequest)
                    : inParts(UploadPlan.usual(entry.size()));
        }
        if (outcome.written != null) {
            wrong = null;
            bucket.learn(entry, plan, outcome.written);
            bucket.tagByItself(name, entry);
        }
        return outcome;
    }

    private Outcome inOneRequest() throws S3Failure, IOException, InterruptedException {
        Bytes bytes = bytes();
        Map<String, String> headers = bucket.headers(entry);
        String md5 = expectedEtag;
        if (md5 != null) {
            headers.put("content-md5", Digest.base64(md5));
        }
        return untilItIsThere(false, further -> {
            Map<String, String> all = new HashMap<>(headers);
            all.putAll(further);
            all.putAll(checksumOfWhole());
            return bucket.requests()
                    .reading(
                            entry.size(),
                            allowance -> bucket.writer().put(name, S3Bucket.paced(bytes, allowance, sent::count), all));
        });
    }

    /** Of what is small its MD5 too, and of what no better digest protects on its way. */
    private Bytes bytes() throws IOException {
        if (entry.size() <= SMALL) {
            byte[] all;
            try (InputStream in = source.open()) {
                all = in.readAllBytes();
            }
            expectedEtag = HexFormat.of().formatHex(Digest.md5(all));
            return Bytes.of(all);
        }
        String etag = entry.etag();
        if ("md5".equals(entry.verified()) && etag != null) {
            expectedEtag = etag;
        } else if (server.digests() != Digests.CHECKSUMS) {
            MessageDigest md5 = Algorithm.MD5.start();
            try (InputStream in = source.open()) {
                Digest.update(in, entry.size(), List.of(md5));
            }
            expectedEtag = HexFormat.of().formatHex(md5.digest());
        }
        return Bytes.of(entry.size(), source::open);
    }

    /** The recorded one, so that the object has the same as before; else the SHA-256. S3 takes one alone. */
    private Map<String, String> checksumOfWhole() {
        if (server.digests() != Digests.CHECKSUMS) {
            return Map.of();
        }
        return checksum != null && checksum.isOfWhole()
                ? Map.of(checksum.header(), checksum.value())
                : RecordedChecksum.sha256(entry.sha256());
    }

    /** One attempt at what makes the object appear. */
    @FunctionalInterface
    private interface Sending {
        /** @param further headers */
        Stored send(Map<String, String> further) throws S3Failure, IOException, InterruptedException;
    }

    private Outcome untilItIsThere(boolean inParts, Sending sending)
            throws S3Failure, IOException, InterruptedException {
        try {
            return bucket.requests().retrying(() -> attempt(inParts, sending));
        } catch (S3Failure failure) {
            Written written = mayHaveLanded ? landed(failure) : null;
            if (written == null) {
                throw failure;
            }
            return new Outcome(written, null);
        }
    }

    private @Nullable Written landed(S3Failure failure) throws IOException, InterruptedException {
        try {
            return bucket.requests().send(this::present).orElse(null);
        } catch (S3Failure unknown) {
            LOG.debug("{} What became of it is not known: {}", failure.getMessage(), unknown.getMessage());
            return null;
        }
    }

    private Outcome attempt(boolean inParts, Sending sending) throws S3Failure, IOException, InterruptedException {
        if (mayHaveLanded) {
            Written written = bucket.requests().limited(this::present).orElse(null);
            if (written != null) {
                return new Outcome(written, null);
            }
        }
        boolean heeded = condition.isHeeded(inParts);
        String conflict =
                heeded ? null : bucket.requests().limited(condition::conflict).orElse(null);
        if (conflict != null) {
            return new Outcome(null, conflict);
        }
        Stored stored;
        try {
            stored = sending.send(heeded ? condition.headers() : Map.of());
        } catch (S3Failure failure) {
            if (condition.isMissedBy(failure)) {
                // An earlier attempt may have come through late.
                Written written =
                        mayHaveLanded ? bucket.requests().limited(this::present).orElse(null) : null;
                if (written != null) {
                    return new Outcome(written, null);
                }
                String there = bucket.requests().limited(condition::conflict).orElse(null);
                return new Outcome(null, there == null ? failure.getMessage() : there);
            }
            if (!inParts && checksum != null && RecordedChecksum.isRefused(failure)) {
                LOG.info("{} It is sent with its SHA-256 instead.", failure.getMessage());
                checksum = null;
                return attempt(inParts, sending);
            }
            if (mayHaveLanded && failure.code().equals("NoSuchUpload")) {
                // The server may still be putting the parts together.
                throw S3Failure.corrupt("What became of the parts of \"%s\" is not known yet.".formatted(name));
            }
            mayHaveLanded |= failure.mayPass() && failure.kind() != S3Failure.Kind.CORRUPT;
            throw failure;
        }
        mayHaveLanded = true;
        answered = stored;
        return bucket.requests().limited(() -> confirmed(stored, inParts));
    }

    /** The object that this write was to bring, if it is there and nothing else can have brought it. */
    private Optional<Written> present() throws S3Failure, InterruptedException {
        Head head = bucket.head(name, entry);
        if (head == null) {
            return Optional.empty();
        }
        Proof proof = Proof.of(entry, head, expectedEtag, server.md5Etags());
        boolean isNew = condition.isNew(head);
        boolean isOurs = answered != null
                && !answered.etag().isEmpty()
                && answered.etag().equals(head.head().etag());
        boolean isAlike = isNew || bucket.attributes().differences(entry, head).isEmpty();
        boolean isProven = proof.isLengthAlone()
                ? isNew && bucket.attributes().differences(entry, head).isEmpty()
                : isAlike;
        return proof.isRight() && (isOurs || isProven)
                ? Optional.of(bucket.written(entry, head, proof))
                : Optional.empty();
    }

    private Outcome confirmed(Stored stored, boolean inParts) throws S3Failure, InterruptedException {
        Head head = bucket.head(name, entry);
        if (head == null) {
            throw S3Failure.corrupt("\"" + name + "\" is not there right after it was written.");
        }
        if (!stored.etag().isEmpty() && !stored.etag().equals(head.head().etag())) {
            return new Outcome(null, "It was replaced right after it was written. " + bucket.describe(head));
        }
        Proof proof = Proof.of(entry, head, expectedEtag, server.md5Etags());
        if (!proof.isRight()) {
            // What is written once more may replace this, and nothing else.
            mayHaveLanded = false;
            Found bad = new Found(
                    entry.key(),
                    name,
                    head.head().size(),
                    stored.etag().isEmpty() ? null : stored.etag(),
                    head.head().lastModified());
            wrong = bad;
            condition.replace(bad);
            S3Failure wrong =
                    S3Failure.corrupt("What S3 has of \"%s\" is not what was sent: %s.".formatted(name, proof.word()));
            // Of parts there is nothing left to send again.
            throw inParts
                    ? S3Failure.unreadable(S3Failure.Kind.CORRUPT, String.valueOf(wrong.getMessage()), wrong)
                    : wrong;
        }
        return new Outcome(bucket.written(entry, head, proof), null);
    }

    private Outcome inParts(UploadPlan plan) throws S3Failure, IOException, InterruptedException {
        String conflict = bucket.requests().send(condition::conflict).orElse(null);
        if (conflict != null) {
            return new Outcome(null, conflict);
        }
        PartedUpload upload = PartedUpload.begin(bucket, server, name, entry, checksum);
        boolean done = false;
        try {
            expectedEtag = upload.send(sent, plan);
            Outcome outcome = untilItIsThere(true, upload::complete);
            done = outcome.written != null;
            return outcome;
        } finally {
            upload.end(done);
        }
    }
}
