package io.hubstorage.restore.s3;

import io.hubstorage.requests.Requests;
import io.hubstorage.requests.RetryPolicy;
import io.hubstorage.restore.s3.ServerAbilities.Digests;
import io.hubstorage.restore.s3.ServerAbilities.Tagging;
import io.hubstorage.s3.MultipartUploads;
import io.hubstorage.s3.ObjectWriter;
import io.hubstorage.s3.ObjectWriter.Bytes;
import io.hubstorage.s3.ObjectWriter.Stored;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what a server does with conditions, digests and tags, by one small object of its own that is written, refused and deleted
 * again: which headers a server takes says nothing of which it heeds. About a dozen requests. Used once.
 */
final class ServerProbe {
    private static final Logger LOG = LoggerFactory.getLogger(ServerProbe.class);
    private static final byte[] BODY =
            "HubStorage looks what this server can do, and deletes this at once.\n".getBytes(StandardCharsets.UTF_8);
    private static final byte[] OTHER = "Something else.\n".getBytes(StandardCharsets.UTF_8);
    private static final String NO_ETAG = "00000000000000000000000000000000";
    private static final Map<String, String> TAGS = Map.of("hubstorage", "probe");

    private final ObjectWriter writer;
    private final MultipartUploads parts;
    private final Requests requests;
    private final String key;
    /** The headers that every write has: encryption, which a bucket may demand. */
    private final Map<String, String> headers;

    /** In a versioned bucket those that this has written, and marks in their place. */
    private final List<String> versions = new ArrayList<>();

    private boolean isVersioned = true;
    private boolean objectLeft;
    private boolean uploadLeft;

    ServerProbe(
            ObjectWriter writer, MultipartUploads parts, Requests requests, String key, Map<String, String> headers) {
        this.writer = writer;
        this.parts = parts;
        this.requests = requests;
        this.key = key;
        this.headers = headers;
    }

    /**
     * @param abilities what was found out
     * @param leftBehind why the object could not be deleted again
     */
    record Result(ServerAbilities abilities, Optional<S3Failure> leftBehind) {}

    /** @throws S3Failure when nothing can be written there, or the server is not to be had */
    Result run() throws S3Failure, IOException, InterruptedException {
        boolean done = false;
        try {
            Stored first = first();
            Digests digests = digests();
            boolean ifAbsent = isRefused(Map.of("if-none-match", "*"));
            boolean ifMatch = isRefused(Map.of("if-match", '"' + NO_ETAG + '"'));
            boolean completes = ifAbsent && ifMatch && refusesToComplete();
            Tagging tagging = tagging();
            boolean deletes = refusesToDelete();
            done = true;
            return new Result(
                    new ServerAbilities(
                            ifAbsent,
                            ifMatch,
                            completes,
                            deletes,
                            first.etag().equals(HexFormat.of().formatHex(Digest.md5(BODY))),
                            digests,
                            tagging),
                    delete());
        } finally {
            if (!done) {
                Optional<S3Failure> _ = delete();
            }
        }
    }

    /** Whether nothing of it is left there; until it has run, too. */
    boolean isClean() {
        return !objectLeft && !uploadLeft;
    }

    private Stored first() throws S3Failure, IOException, InterruptedException {
        objectLeft = true;
        try {
            return requests.send(() -> put(Map.of()));
        } catch (S3Failure refused) {
            objectLeft = refused.mayPass();
            throw refused;
        }
    }

    private Stored put(Map<String, String> further) throws S3Failure, IOException, InterruptedException {
        Map<String, String> all = new HashMap<>(headers);
        all.putAll(further);
        if (!all.containsKey("x-amz-checksum-sha256")) {
            // A bucket with object lock demands one.
            all.putIfAbsent("content-md5", Digest.base64(Digest.md5(BODY)));
        }
        return noted(writer.put(key, Bytes.of(BODY), all));
    }

    private Stored noted(Stored written) {
        isVersioned &= written.version() != null;
        if (written.version() != null) {
            versions.add(written.version());
        }
        return written;
    }

    /** Those of another body must be refused; those of this one need not even be sent. */
    private Digests digests() throws S3Failure, IOException, InterruptedException {
        if (isRefused(Map.of("x-amz-checksum-sha256", Digest.base64(Digest.sha256(OTHER))))
                && !isRefused(Map.of("x-amz-checksum-sha256", Digest.base64(Digest.sha256(BODY))))) {
            return Digests.CHECKSUMS;
        }
        return isRefused(Map.of("content-md5", Digest.base64(Digest.md5(OTHER))))
                        && !isRefused(Map.of("content-md5", Digest.base64(Digest.md5(BODY))))
                ? Digests.MD5
                : Digests.NONE;
    }

    /**
     * Whether a PUT with these headers is refused because of what they say. A server that refuses them whatever they say is no
     * help either: {@code If-Match} with an ETag that nothing has must be refused by 412, digests in any way.
     */
    private boolean isRefused(Map<String, String> further) throws S3Failure, IOException, InterruptedException {
        boolean condition = further.containsKey("if-match") || further.containsKey("if-none-match");
        return isRefused(() -> put(further), condition);
    }

    private boolean isRefused(RetryPolicy.Attempt<?> request, boolean condition)
            throws S3Failure, IOException, InterruptedException {
        return requests.retrying(() -> {
            try {
                requests.limited(request);
                return false;
            } catch (S3Failure.Changed refused) {
                return true;
            } catch (S3Failure failure) {
                if (failure.kind() == S3Failure.Kind.CORRUPT) {
                    return !condition;
                }
                if (failure instanceof S3Failure.Permanent && failure.kind() != S3Failure.Kind.NO_SUCH_BUCKET) {
                    return !condition;
                }
                throw failure;
            }
        });
    }

    private boolean refusesToComplete() throws S3Failure, IOException, InterruptedException {
        String id;
        uploadLeft = true;
        try {
            id = requests.send(() -> parts.begin(key, headers));
        } catch (S3Failure.Permanent none) {
            uploadLeft = false;
            return false;
        }
        boolean ended = false;
        try {
            MultipartUploads.Part part =
                    requests.send(() -> parts.part(key, id, 1, Bytes.of(BODY), null, headersOfParts()));
            boolean refused = isRefused(
                    () -> noted(parts.complete(key, id, List.of(part), null, Map.of("if-none-match", "*"))), true);
            ended = !refused;
            return refused;
        } catch (S3Failure.Permanent none) {
            return false;
        } finally {
            if (!ended) {
                requests.send(() -> parts.abort(key, id));
            }
            uploadLeft = false;
        }
    }

    private Map<String, String> headersOfParts() {
        Map<String, String> customerKey = new HashMap<>(headers);
        customerKey.keySet().removeIf(name -> !name.startsWith("x-amz-server-side-encryption-customer-"));
        return customerKey;
    }

    private Tagging tagging() throws S3Failure, IOException, InterruptedException {
        if (!isRefused(Map.of("x-amz-tagging", ObjectWriter.tagging(TAGS))) && hasTags()) {
            return Tagging.WITH_THE_OBJECT;
        }
        try {
            requests.send(() -> {
                writer.tag(key, TAGS);
                return true;
            });
            return hasTags() ? Tagging.BY_ITSELF : Tagging.NONE;
        } catch (S3Failure.Permanent refused) {
            LOG.debug("no tags: {}", refused.getMessage());
            return Tagging.NONE;
        }
    }

    /** Credentials that may set tags and not read them are believed. */
    private boolean hasTags() throws S3Failure, IOException, InterruptedException {
        try {
            return requests.send(() -> writer.tags(key)).equals(TAGS);
        } catch (S3Failure.Permanent refused) {
            return refused.kind() == S3Failure.Kind.ACCESS_DENIED;
        }
    }

    private boolean refusesToDelete() throws S3Failure, IOException, InterruptedException {
        return isRefused(
                () -> {
                    writer.delete(key, null, NO_ETAG).ifPresent(versions::add);
                    return true;
                },
                true);
    }

    /** In a versioned bucket each version, so that nothing stays. */
    private Optional<S3Failure> delete() throws IOException, InterruptedException {
        try {
            for (String version : versions) {
                requests.send(() -> writer.delete(key, version, null));
            }
            if (versions.isEmpty() || !isVersioned) {
                requests.send(() -> writer.delete(key, null, null));
            }
            objectLeft = false;
            return Optional.empty();
        } catch (S3Failure failure) {
            LOG.warn("{} It is called \"{}\".", failure.getMessage(), key);
            return Optional.of(failure);
        }
    }
}
