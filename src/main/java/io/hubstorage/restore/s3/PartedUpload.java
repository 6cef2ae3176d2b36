package io.hubstorage.restore.s3;

import io.hubstorage.integrity.Algorithm;
import io.hubstorage.integrity.DeclaredChecksum;
import io.hubstorage.jobs.WorkerPool;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.restore.targets.Source;
import io.hubstorage.s3.MultipartUploads.Part;
import io.hubstorage.s3.ObjectWriter.Bytes;
import io.hubstorage.s3.ObjectWriter.Stored;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of one object on their way, from the beginning of the upload to its completion; closed without that, nothing of it stays. For
 * one thread, which sends several parts at once.
 */
final class PartedUpload {
    private static final Logger LOG = LoggerFactory.getLogger(PartedUpload.class);
    private static final int PARTS_AT_ONCE = 4;

    private final S3Bucket bucket;
    private final ServerAbilities server;
    private final String name;
    private final ManifestEntry entry;
    private final TrackedUploads.Begun begun;
    /** Of whose values each part has one; null for none. */
    private final @Nullable RecordedChecksum checksum;

    private List<Part> parts = List.of();

    private PartedUpload(
            S3Bucket bucket,
            ServerAbilities server,
            String name,
            ManifestEntry entry,
            TrackedUploads.Begun begun,
            @Nullable RecordedChecksum checksum) {
        this.bucket = bucket;
        this.server = server;
        this.name = name;
        this.entry = entry;
        this.begun = begun;
        this.checksum = checksum;
    }

    /** @param checksum the recorded one, which the object is to have again, if the server knows it; null for none */
    static PartedUpload begin(
            S3Bucket bucket,
            ServerAbilities server,
            String name,
            ManifestEntry entry,
            @Nullable RecordedChecksum checksum)
            throws S3Failure, IOException, InterruptedException {
        Map<String, String> headers = bucket.headers(entry);
        if (checksum != null) {
            headers.put("x-amz-checksum-algorithm", checksum.algorithm());
            headers.put("x-amz-checksum-type", checksum.type());
        }
        try {
            return new PartedUpload(
                    bucket, server, name, entry, bucket.uploads().begin(name, headers), checksum);
        } catch (S3Failure refused) {
            if (checksum == null || !RecordedChecksum.isRefused(refused)) {
                throw refused;
            }
            LOG.info("{} It is written without that checksum.", refused.getMessage());
            return begin(bucket, server, name, entry, null);
        }
    }

    /**
     * Sends all parts. Each is read twice, first in order with all others, which proves the file before the last part is sent and brings
     * the digests that the server compares; the second time it comes from the disk cache.
     *
     * @return the ETag that S3 makes of the parts' MD5s
     */
    String send(Source source, UploadPlan plan) throws S3Failure, IOException, InterruptedException {
        AtomicReferenceArray<@Nullable Part> sent =
                new AtomicReferenceArray<>(plan.parts().size());
        MessageDigest all = Algorithm.MD5.start();
        try (InputStream in = source.uncounted().open()) {
            WorkerPool.<Exception>run("part", PARTS_AT_ONCE, pool -> {
                long from = 0;
                for (int index = 0; index < plan.parts().size(); index++) {
                    int number = index + 1;
                    long length = plan.parts().get(index);
                    Map<String, String> headers = new HashMap<>(bucket.customerKey(entry));
                    all.update(digests(in, length, headers));
                    long start = from;
                    Bytes bytes = Bytes.of(length, () -> source.open(start, length));
                    pool.submit(() ->
                            sent.set(number - 1, bucket.withMemory(() -> part(number, bytes, headers, source::count))));
                    from += length;
                }
            });
        } catch (S3Failure | IOException | InterruptedException | RuntimeException failure) {
            throw failure;
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
        List<Part> each = new ArrayList<>();
        for (int index = 0; index < sent.length(); index++) {
            each.add(Objects.requireNonNull(sent.get(index)));
        }
        parts = each;
        return HexFormat.of().formatHex(all.digest()) + "-" + parts.size();
    }

    /** Reads one part; its MD5, and into the headers what the server is to compare. */
    private byte[] digests(InputStream in, long length, Map<String, String> headers) throws IOException {
        MessageDigest md5 = Algorithm.MD5.start();
        MessageDigest other = checksum == null
                ? null
                : Algorithm.valueOf(checksum.algorithm()).start();
        Digest.update(in, length, other == null ? List.of(md5) : List.of(md5, other));
        byte[] digest = md5.digest();
        headers.put("content-md5", Digest.base64(digest));
        if (checksum != null && other != null) {
            headers.put(checksum.header(), Digest.base64(other.digest()));
        }
        return digest;
    }

    private Part part(int number, Bytes bytes, Map<String, String> headers, LongConsumer sent)
            throws S3Failure, IOException, InterruptedException {
        String md5 = HexFormat.of().formatHex(Base64.getDecoder().decode(headers.get("content-md5")));
        return bucket.requests().retrying(() -> {
            Part part = bucket.requests()
                    .reading(
                            bytes.length(),
                            allowance -> bucket.parts()
                                    .part(
                                            name,
                                            begun.id(),
                                            number,
                                            S3Bucket.paced(bytes, allowance, sent),
                                            algorithm(),
                                            headers));
            if (server.md5Etags()
                    && bucket.customerKey(entry).isEmpty()
                    && DeclaredChecksum.isPlainMd5(part.etag())
                    && !part.etag().equals(md5)) {
                throw S3Failure.corrupt(
                        "What S3 has of part %d of \"%s\" is not what was sent.".formatted(number, name));
            }
            return part;
        });
    }

    private @Nullable String algorithm() {
        return checksum == null ? null : checksum.algorithm();
    }

    /** One attempt to make the object of its parts. */
    Stored complete(Map<String, String> condition) throws S3Failure, IOException, InterruptedException {
        Map<String, String> headers = new HashMap<>(condition);
        headers.putAll(bucket.customerKey(entry));
        if (checksum != null && checksum.isOfWhole()) {
            headers.put(checksum.header(), checksum.value());
            headers.put("x-amz-checksum-type", checksum.type());
        }
        return bucket.requests().limited(() -> bucket.parts().complete(name, begun.id(), parts, algorithm(), headers));
    }

    /** @param done whether it has become an object */
    void end(boolean done) throws IOException, InterruptedException {
        bucket.uploads().end(begun, done);
    }
}
