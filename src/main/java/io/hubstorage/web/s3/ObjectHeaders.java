package io.hubstorage.web.s3;

import io.hubstorage.manifest.ManifestEntry;
import io.netty.handler.codec.DateFormatter;
import io.netty.util.AsciiString;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Date;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The headers of GetObject and HeadObject: those that S3 sent when the object was copied. Pure. */
final class ObjectHeaders {
    /** What S3 calls the type of an object that was uploaded without one. */
    private static final String USUAL_TYPE = "binary/octet-stream";

    private static final String USER = "x-amz-meta-";

    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}");

    /** What a request may replace for its answer, and the header that it becomes. */
    private static final Map<String, String> OVERRIDES = Map.of(
            "response-content-type", "Content-Type",
            "response-content-language", "Content-Language",
            "response-expires", "Expires",
            "response-cache-control", "Cache-Control",
            "response-content-disposition", "Content-Disposition",
            "response-content-encoding", "Content-Encoding");

    private ObjectHeaders() {}

    /** Those that tell which version it is; a 304 has no others. */
    static void validators(S3Object object, MultiMap headers) {
        headers.set("ETag", object.etag());
        headers.set("Last-Modified", DateFormatter.format(Date.from(object.lastModified())));
    }

    /**
     * All but length and range.
     *
     * @param whole whether the checksums, which are of the whole body, may be sent with it
     * @throws S3Refusal when the request wants to set a header to what is none
     */
    static void describe(S3Object object, S3Request request, boolean whole, MultiMap headers) {
        validators(object, headers);
        ManifestEntry.Metadata metadata = object.entry().metadata();
        headers.set("Accept-Ranges", "bytes");
        headers.set("Content-Type", USUAL_TYPE);
        metadata.headers().forEach((name, value) -> set(headers, name, value));
        metadata.user().forEach((name, value) -> set(headers, USER + name, value));
        long unsaid = metadata.user().keySet().stream()
                .filter(name -> !NAME.matcher(USER + name).matches())
                .count();
        if (unsaid > 0) {
            headers.set("x-amz-missing-meta", Long.toString(unsaid));
        }
        String storageClass = object.storageClass();
        if (storageClass != null) {
            set(headers, "x-amz-storage-class", storageClass);
        }
        if (!metadata.tags().isEmpty()) {
            headers.set("x-amz-tagging-count", Integer.toString(metadata.tags().size()));
        }
        if (whole && "ENABLED".equalsIgnoreCase(request.header("x-amz-checksum-mode"))) {
            checksums(object.entry().content().upload(), headers);
        }
        OVERRIDES.forEach((parameter, name) -> override(request.parameter(parameter), parameter, name, headers));
    }

    private static void checksums(ManifestEntry.Upload upload, MultiMap headers) {
        upload.checksums()
                .forEach((algorithm, value) ->
                        set(headers, "x-amz-checksum-" + algorithm.toLowerCase(Locale.ROOT), value));
        if (upload.checksumType() != null) {
            set(headers, "x-amz-checksum-type", upload.checksumType());
        }
    }

    private static void override(@Nullable String value, String parameter, String name, MultiMap headers) {
        if (value == null || value.isEmpty()) {
            return;
        }
        if (!isSendable(value)) {
            throw S3Refusal.invalidArgument(parameter + " must be a header's value.");
        }
        set(headers, name, value);
    }

    /** As it came: bytes beyond ASCII as bytes, and what no header can hold as S3 writes it (RFC 2047). */
    private static void set(MultiMap headers, String name, String value) {
        if (!NAME.matcher(name).matches()) {
            return;
        }
        headers.set(
                (CharSequence) name,
                isSendable(value)
                        ? new AsciiString(value.getBytes(StandardCharsets.ISO_8859_1), false)
                        : "=?UTF-8?B?"
                                + Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))
                                + "?=");
    }

    private static boolean isSendable(String value) {
        return value.chars().allMatch(unit -> (unit >= 0x20 && unit < 0x7F) || (unit >= 0xA0 && unit <= 0xFF));
    }
}
