package io.hubstorage.testkit;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link SyntheticBucket} does with writes: as AWS, unless it is told otherwise. Bodies are kept in memory. Safe for threads; the
 * settings are made before the first write.
 */
public final class WriteSide {
    /** What becomes of a header, or of a kind of request. */
    public enum Care {
        HEEDED,
        /** As if it were not there. */
        IGNORED,
        /** 501. */
        REFUSED
    }

    private static final List<String> CONTENT = List.of(
            "content-type", "content-encoding", "content-disposition", "content-language", "cache-control", "expires");
    private static final List<String> PROPERTIES =
            List.of("x-amz-server-side-encryption", "x-amz-website-redirect-location");
    private static final String META = "x-amz-meta-";
    /** A body up to this size is looked at as a whole, even where it is forgotten then. */
    static final long SMALL = 1 << 20;

    private static final String CHECKSUM = "x-amz-checksum-";

    private final SyntheticBucket bucket;
    private final Map<String, Upload> uploads = new ConcurrentHashMap<>();
    private final Map<String, Integer> written = new ConcurrentHashMap<>();
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<String, List<String>> versions = new ConcurrentHashMap<>();
    private Care conditions = Care.HEEDED;
    private Care checksums = Care.HEEDED;
    private Care md5 = Care.HEEDED;
    private Care tagging = Care.HEEDED;
    private Care tagRequests = Care.HEEDED;
    private long leastPart;
    private boolean keeps = true;
    private boolean versioned;
    private @Nullable String onlyClass;

    /** An upload in parts that has begun and not ended. */
    private static final class Upload {
        final String key;
        final Map<String, String> headers;
        final Instant begun = Instant.now();
        final Map<Integer, Part> parts = new TreeMap<>();

        Upload(String key, Map<String, String> headers) {
            this.key = key;
            this.headers = headers;
        }
    }

    private record Part(Received body, Map<String, String> headers) {
        String etag() {
            return HexFormat.of().formatHex(body.md5());
        }
    }

    /** An answer that is no success. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        final int status;
        final String code;

        Refused(int status, String code, String message) {
            super(message);
            this.status = status;
            this.code = code;
        }

        String text() {
            return String.valueOf(getMessage());
        }
    }

    WriteSide(SyntheticBucket bucket) {
        this.bucket = bucket;
    }

    /** The bucket that is written to. */
    public SyntheticBucket bucket() {
        return bucket;
    }

    /** {@code If-Match} and {@code If-None-Match} of a PUT, a DELETE and a completion. */
    public WriteSide conditions(Care care) {
        conditions = care;
        return this;
    }

    /** {@code x-amz-checksum-*}. */
    public WriteSide checksums(Care care) {
        checksums = care;
        return this;
    }

    /** {@code Content-MD5}. */
    public WriteSide contentMd5(Care care) {
        md5 = care;
        return this;
    }

    /**
     * Tags.
     *
     * @param header {@code x-amz-tagging}
     * @param request PUT and GET {@code ?tagging}
     */
    public WriteSide tagging(Care header, Care request) {
        tagging = header;
        tagRequests = request;
        return this;
    }

    /** The size of every part but the last is at least this. */
    public WriteSide demandingPartsOf(long size) {
        leastPart = size;
        return this;
    }

    /** Everything is kept in this storage class, whatever a write asks for. */
    public WriteSide onlyKnowing(String storageClass) {
        onlyClass = storageClass;
        return this;
    }

    /** Of bodies only the number of bytes and the digests are kept; nobody can read them. */
    public WriteSide forgettingBodies() {
        keeps = false;
        return this;
    }

    /** Each write, and each deletion too, adds a version, of which the newest can be read. */
    public WriteSide versioned() {
        versioned = true;
        return this;
    }

    /** The versions of a key, marks of deletion included, the oldest first. */
    public synchronized List<String> versions(String key) {
        return List.copyOf(versions.getOrDefault(key, List.of()));
    }

    /** What an answer says of versions; null where that is nothing. */
    @Nullable
    String version(S3Request request) {
        List<String> there = versions(request.key());
        boolean adds = request.kind() == RequestKind.PUT
                || request.kind() == RequestKind.COMPLETE_UPLOAD
                || request.kind() == RequestKind.DELETE;
        return request.query().containsKey("versionId")
                ? request.query().get("versionId")
                : adds && !there.isEmpty() ? there.getLast() : null;
    }

    private void addVersion(String key) {
        if (versioned) {
            versions.computeIfAbsent(key, none -> new ArrayList<>()).add("version-" + ids.incrementAndGet());
        }
    }

    /** How often each key was written, whether the client heard of it or not. */
    public Map<String, Integer> written() {
        return Map.copyOf(written);
    }

    /** How many uploads in parts have begun and not ended. */
    public int unfinished() {
        return uploads.size();
    }

    /** Begins an upload in parts, as somebody else; its id. */
    public String beginUpload(String key) {
        String id = "upload-" + ids.incrementAndGet();
        uploads.put(id, new Upload(key, Map.of()));
        return id;
    }

    boolean keeps() {
        return keeps;
    }

    boolean takesTags() {
        return tagRequests == Care.HEEDED;
    }

    /** What a body must hash to, as the request says, as far as this server compares it. */
    void requireDigests(S3Request request, Received body) throws Refused {
        String declared = request.headers().get("content-md5");
        if (declared != null && md5 == Care.HEEDED) {
            requireSame(declared, Base64.getEncoder().encodeToString(body.md5()), "Content-MD5");
        }
        for (ChecksumKind kind : ChecksumKind.values()) {
            String value = checksum(request.headers(), kind);
            if (value != null && checksums == Care.REFUSED) {
                throw new Refused(501, "NotImplemented", kind.header());
            }
            if (value != null && checksums == Care.HEEDED && body.isKept()) {
                requireSame(value, kind.of(body.bytes()), kind.name());
            }
        }
    }

    private static @Nullable String checksum(Map<String, String> headers, ChecksumKind kind) {
        return headers.get(kind.header());
    }

    private static void requireSame(String declared, String found, String what) throws Refused {
        if (!declared.equals(found)) {
            throw new Refused(400, "BadDigest", "The " + what + " you specified did not match what we received.");
        }
    }

    private void requireCondition(S3Request request, Care care) throws Refused {
        String match = request.headers().get("if-match");
        String noneMatch = request.headers().get("if-none-match");
        if ((match == null && noneMatch == null) || care == Care.IGNORED) {
            return;
        }
        if (care == Care.REFUSED) {
            throw new Refused(501, "NotImplemented", "A header you provided implies functionality that is missing");
        }
        SyntheticObject there = bucket.find(request.key());
        if (match != null && there == null) {
            throw new Refused(404, "NoSuchKey", "The specified key does not exist.");
        }
        boolean holds = match == null ? there == null : there != null && match.equals('"' + there.etag() + '"');
        if (!holds) {
            throw new Refused(
                    412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
        }
    }

    /** Stores an object; its ETag. */
    synchronized String put(S3Request request, Received body) throws Refused {
        requireDigests(request, body);
        requireCondition(request, conditions);
        String etag = HexFormat.of().formatHex(body.md5());
        Map<String, String> sums = new HashMap<>();
        if (checksums == Care.HEEDED) {
            for (ChecksumKind kind : ChecksumKind.values()) {
                String value = body.declared(kind, request.headers());
                if (value != null) {
                    sums.put(kind.header(), value);
                    sums.put(CHECKSUM + "type", "FULL_OBJECT");
                }
            }
        }
        store(
                request.key(),
                request.headers(),
                body.size(),
                etag,
                List.of(),
                new WrittenBody(kept(body.bytes()), sums));
        return etag;
    }

    private byte[] kept(byte[] body) {
        return keeps ? body : new byte[0];
    }

    private void store(
            String key, Map<String, String> headers, long size, String etag, List<Long> parts, WrittenBody body)
            throws Refused {
        if (headers.containsKey("x-amz-tagging") && tagging == Care.REFUSED) {
            throw new Refused(501, "NotImplemented", "x-amz-tagging");
        }
        Map<String, String> content = new TreeMap<>();
        Map<String, String> metadata = new TreeMap<>();
        headers.forEach((name, value) -> {
            if (name.equals("content-encoding")) {
                // How the body came is no property of the object.
                String own = value.replaceAll(",? *aws-chunked", "");
                if (!own.isEmpty()) {
                    content.put(name, own);
                }
            } else if (CONTENT.contains(name) || PROPERTIES.contains(name)) {
                content.put(name.equals("content-type") ? "Content-Type" : name, value);
            } else if (name.startsWith(META)) {
                metadata.put(name.substring(META.length()), value);
            }
        });
        String customerKey = headers.get("x-amz-server-side-encryption-customer-key");
        if (customerKey != null) {
            content.put("x-amz-server-side-encryption-customer-algorithm", "AES256");
        }
        bucket.put(new SyntheticObject(
                key,
                size,
                0,
                customerKey == null ? etag : SyntheticBody.digest("MD5", etag.hashCode(), 16),
                Instant.now().truncatedTo(ChronoUnit.MILLIS),
                onlyClass == null ? headers.getOrDefault("x-amz-storage-class", "STANDARD") : onlyClass,
                false,
                Map.copyOf(content),
                Map.copyOf(metadata),
                parts,
                customerKey,
                body));
        addVersion(key);
        written.merge(key, 1, Integer::sum);
        String tags = headers.get("x-amz-tagging");
        bucket.tag(key, tags == null || tagging != Care.HEEDED ? Map.of() : S3Xml.parseTagging(tags));
    }

    synchronized void tag(S3Request request, Received body) throws Refused {
        if (!takesTags()) {
            throw new Refused(501, "NotImplemented", "tagging");
        }
        if (bucket.find(request.key()) == null) {
            throw new Refused(404, "NoSuchKey", "The specified key does not exist.");
        }
        requireDigests(request, body);
        bucket.tag(request.key(), S3Xml.parseTags(body.text()));
    }

    synchronized void delete(S3Request request) throws Refused {
        if (request.headers().containsKey("if-match") && bucket.find(request.key()) != null) {
            requireCondition(request, conditions);
        }
        String version = request.query().get("versionId");
        if (version == null) {
            addVersion(request.key());
        } else {
            List<String> there = versions.getOrDefault(request.key(), new ArrayList<>());
            there.remove(version);
            if (!there.isEmpty()) {
                return;
            }
        }
        bucket.delete(request.key());
        bucket.tag(request.key(), Map.of());
    }

    synchronized String begin(S3Request request) throws Refused {
        if (request.headers().containsKey(CHECKSUM + "algorithm") && checksums == Care.REFUSED) {
            throw new Refused(501, "NotImplemented", CHECKSUM + "algorithm");
        }
        String id = "upload-" + ids.incrementAndGet();
        uploads.put(id, new Upload(request.key(), request.headers()));
        return id;
    }

    private Upload upload(S3Request request) throws Refused {
        Upload upload = uploads.get(request.query().getOrDefault("uploadId", ""));
        if (upload == null || !upload.key.equals(request.key())) {
            throw new Refused(404, "NoSuchUpload", "The specified multipart upload does not exist.");
        }
        return upload;
    }

    synchronized String part(S3Request request, Received body) throws Refused {
        Upload upload = upload(request);
        requireDigests(request, body);
        Part part = new Part(body, request.headers());
        upload.parts.put(Integer.parseInt(request.query().getOrDefault("partNumber", "0")), part);
        return part.etag();
    }

    synchronized String complete(S3Request request, Received body) throws Refused {
        Upload upload = upload(request);
        requireCondition(request, conditions);
        Map<Integer, String> named;
        try {
            named = S3Xml.parseParts(body.text());
        } catch (IllegalArgumentException broken) {
            throw new Refused(400, "MalformedXML", "The XML you provided was not well-formed");
        }
        List<Part> parts = new ArrayList<>();
        List<Long> sizes = new ArrayList<>();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        MessageDigest digests = Received.newMd5();
        for (Map.Entry<Integer, String> each : named.entrySet()) {
            Part part = upload.parts.get(each.getKey());
            if (part == null || !each.getValue().replace("\"", "").equals(part.etag())) {
                throw new Refused(400, "InvalidPart", "One or more of the specified parts could not be found.");
            }
            if (parts.size() + 1 < named.size() && part.body.size() < leastPart) {
                throw new Refused(
                        400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
            }
            parts.add(part);
            sizes.add(part.body.size());
            digests.update(part.body.md5());
            all.writeBytes(part.body.bytes());
        }
        if (parts.isEmpty()) {
            throw new Refused(400, "MalformedXML", "The XML you provided was not well-formed");
        }
        Map<String, String> sums =
                checksums == Care.HEEDED ? checksums(upload, parts, all.toByteArray(), request) : Map.of();
        String etag = HexFormat.of().formatHex(digests.digest()) + "-" + parts.size();
        store(
                upload.key,
                upload.headers,
                sizes.stream().mapToLong(size -> size).sum(),
                etag,
                List.copyOf(sizes),
                new WrittenBody(kept(all.toByteArray()), sums));
        uploads.values().remove(upload);
        return etag;
    }

    private Map<String, String> checksums(Upload upload, List<Part> parts, byte[] all, S3Request request)
            throws Refused {
        String algorithm = upload.headers.get(CHECKSUM + "algorithm");
        if (algorithm == null || !keeps) {
            return Map.of();
        }
        ChecksumKind kind = ChecksumKind.valueOf(algorithm.toUpperCase(Locale.ROOT));
        boolean whole = "FULL_OBJECT".equals(upload.headers.get(CHECKSUM + "type"));
        for (Part part : parts) {
            if (checksum(part.headers, kind) == null) {
                throw new Refused(400, "InvalidRequest", "The upload was created using a checksum that a part lacks");
            }
        }
        String value = whole
                ? kind.of(all)
                : kind.compositeOf(
                        parts.stream().map(part -> kind.of(part.body.bytes())).toList());
        String declared = checksum(request.headers(), kind);
        if (declared != null) {
            requireSame(declared, value, kind.name());
        }
        return Map.of(kind.header(), value, CHECKSUM + "type", whole ? "FULL_OBJECT" : "COMPOSITE");
    }

    synchronized void abort(S3Request request) throws Refused {
        uploads.values().remove(upload(request));
    }

    synchronized String uploads(S3Request request) {
        String prefix = request.query().getOrDefault("prefix", "");
        return S3Xml.uploads(
                request.bucket(),
                uploads.entrySet().stream()
                        .filter(upload -> upload.getValue().key.startsWith(prefix))
                        .map(upload -> new S3Xml.Begun(upload.getValue().key, upload.getKey(), upload.getValue().begun))
                        .collect(Collectors.toList()));
    }

    synchronized String parts(S3Request request) {
        Upload upload = uploads.get(request.query().getOrDefault("uploadId", ""));
        return S3Xml.parts(upload == null ? List.of() : List.copyOf(upload.parts.keySet()));
    }
}
