package io.hubstorage.testkit;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request, understood.
 *
 * @param bucket and {@code key} are decoded, and empty where the request names none
 * @param query decoded; a parameter without a value has the empty one
 * @param headers those that change the answer, of what writes all, names in lower case
 * @param attempt how often the same thing was asked, this request included; counted only while there are fault rules
 */
public record S3Request(
        RequestKind kind,
        String bucket,
        String key,
        Map<String, String> query,
        Map<String, String> headers,
        int attempt) {
    private static final String[] HEADERS = {
        "range",
        "if-match",
        "if-none-match",
        "authorization",
        "x-amz-security-token",
        "x-amz-checksum-mode",
        "x-amz-optional-object-attributes",
        "x-amz-request-payer",
        "x-amz-server-side-encryption-customer-algorithm",
        "x-amz-server-side-encryption-customer-key",
        "x-amz-server-side-encryption-customer-key-md5"
    };

    /** The {@code Range} header. */
    public @Nullable String range() {
        return headers.get("range");
    }

    /** What two requests for the same thing have in common. */
    String identity() {
        return kind + " " + bucket + "/" + key + " " + headers.getOrDefault("range", "") + " "
                + query.getOrDefault("continuation-token", query.getOrDefault("start-after", "")) + " "
                + query.getOrDefault("prefix", "") + " " + query.getOrDefault("partNumber", "");
    }

    S3Request attempted(int times) {
        return new S3Request(kind, bucket, key, query, headers, times);
    }

    static S3Request parse(HttpServerRequest request) {
        String uri = request.uri();
        int mark = uri.indexOf('?');
        String path = mark < 0 ? uri : uri.substring(0, mark);
        int slash = path.indexOf('/', 1);
        String bucket = decode(path.substring(Math.min(1, path.length()), slash < 0 ? path.length() : slash));
        String key = slash < 0 ? "" : decode(path.substring(slash + 1));
        Map<String, String> query = mark < 0 ? Map.of() : query(uri.substring(mark + 1));
        RequestKind kind = kind(request.method().name(), bucket, key, query);
        Map<String, String> headers = new HashMap<>();
        if (kind.writes()) {
            request.headers()
                    .forEach((name, value) ->
                            headers.merge(name.toLowerCase(Locale.ROOT), value, (one, other) -> one + "," + other));
        }
        for (String name : HEADERS) {
            String value = request.getHeader(name);
            if (value != null) {
                headers.put(name, value);
            }
        }
        return new S3Request(kind, bucket, key, query, Map.copyOf(headers), 1);
    }

    private static RequestKind kind(String method, String bucket, String key, Map<String, String> query) {
        boolean get = method.equals("GET");
        boolean head = method.equals("HEAD");
        if (bucket.isEmpty()) {
            return get ? RequestKind.LIST_BUCKETS : RequestKind.OTHER;
        }
        if (key.isEmpty()) {
            if (head) {
                return RequestKind.HEAD_BUCKET;
            }
            return get
                    ? bucketKind(query)
                    : method.equals("PUT") && query.isEmpty() ? RequestKind.CREATE_BUCKET : RequestKind.OTHER;
        }
        RequestKind write = writeKind(method, query);
        if (write != null) {
            return write;
        }
        if ((query.containsKey("partNumber") && !head) || query.containsKey("attributes")) {
            return RequestKind.OTHER;
        }
        if (query.containsKey("tagging")) {
            return get ? RequestKind.TAGGING : RequestKind.OTHER;
        }
        return get ? RequestKind.GET : head ? RequestKind.HEAD : RequestKind.OTHER;
    }

    private static @Nullable RequestKind writeKind(String method, Map<String, String> query) {
        boolean upload = query.containsKey("uploadId");
        return switch (method) {
            case "PUT" ->
                upload
                        ? RequestKind.PUT_PART
                        : query.containsKey("tagging") ? RequestKind.PUT_TAGGING : RequestKind.PUT;
            case "POST" ->
                upload
                        ? RequestKind.COMPLETE_UPLOAD
                        : query.containsKey("uploads") ? RequestKind.BEGIN_UPLOAD : RequestKind.OTHER;
            case "DELETE" -> upload ? RequestKind.ABORT_UPLOAD : RequestKind.DELETE;
            case "GET" -> upload ? RequestKind.LIST_PARTS : null;
            default -> null;
        };
    }

    private static RequestKind bucketKind(Map<String, String> query) {
        if (query.containsKey("location")) {
            return RequestKind.LOCATION;
        }
        if (query.containsKey("uploads")) {
            return RequestKind.LIST_UPLOADS;
        }
        for (String other : new String[] {"versioning", "versions", "acl", "policy", "object-lock"}) {
            if (query.containsKey(other)) {
                return RequestKind.OTHER;
            }
        }
        return query.containsKey("delimiter") ? RequestKind.FOLDERS : RequestKind.LIST;
    }

    private static Map<String, String> query(String raw) {
        Map<String, String> query = new HashMap<>();
        new QueryStringDecoder(raw, StandardCharsets.UTF_8, false)
                .parameters()
                .forEach((name, values) -> query.put(name, values.getFirst()));
        return Map.copyOf(query);
    }

    /** In a path, a plus sign is itself. */
    private static String decode(String encoded) {
        return encoded.indexOf('%') < 0
                ? encoded
                : URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
