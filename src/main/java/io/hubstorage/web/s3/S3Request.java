package io.hubstorage.web.s3;

import io.netty.handler.codec.DateFormatter;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request, its address decoded once: what is signed and what is looked up are made from the same text.
 *
 * @param method in capitals
 * @param path decoded, with the slash before it; dots and double slashes in it are a key's own
 * @param query in the order in which they came
 */
record S3Request(String method, String path, List<Parameter> query, MultiMap headers) {
    /** More than any client sends. */
    private static final int MOST_PARAMETERS = 64;
    /** More than a time is long in any of HTTP's formats; of longer ones the parser would throw. */
    private static final int MOST_TIME = 64;

    /** One of the query, decoded; without a value it has the empty one. */
    record Parameter(String name, String value) {}

    S3Request {
        query = List.copyOf(query);
    }

    /** @throws S3Refusal when its address cannot be read */
    static S3Request of(HttpServerRequest request) {
        String path = String.valueOf(request.path());
        return of(request.method().name(), path, request.query(), request.headers());
    }

    static S3Request of(String method, String rawPath, @Nullable String rawQuery, MultiMap headers) {
        return new S3Request(method, UriText.decode(rawPath, false), parameters(rawQuery), headers);
    }

    private static List<Parameter> parameters(@Nullable String raw) {
        List<Parameter> parameters = new ArrayList<>();
        String rest = raw == null ? "" : raw;
        while (!rest.isEmpty()) {
            int end = rest.indexOf('&');
            String one = end < 0 ? rest : rest.substring(0, end);
            rest = end < 0 ? "" : rest.substring(end + 1);
            if (one.isEmpty()) {
                continue;
            }
            if (parameters.size() == MOST_PARAMETERS) {
                throw S3Refusal.invalidArgument("The query has more than %d parameters.".formatted(MOST_PARAMETERS));
            }
            int equals = one.indexOf('=');
            parameters.add(new Parameter(
                    UriText.decode(equals < 0 ? one : one.substring(0, equals), true),
                    equals < 0 ? "" : UriText.decode(one.substring(equals + 1), true)));
        }
        return parameters;
    }

    /** The bucket's name as the client has it; empty when none is named. */
    String bucket() {
        int slash = path.indexOf('/', 1);
        return path.substring(Math.min(1, path.length()), slash < 0 ? path.length() : slash);
    }

    /** Empty when only a bucket is named. */
    String key() {
        int slash = path.indexOf('/', 1);
        return slash < 0 ? "" : path.substring(slash + 1);
    }

    boolean has(String parameter) {
        return parameter(parameter) != null;
    }

    @Nullable
    String parameter(String name) {
        return query.stream()
                .filter(each -> each.name().equals(name))
                .map(Parameter::value)
                .findFirst()
                .orElse(null);
    }

    @Nullable
    String header(String name) {
        return headers.get(name);
    }

    /** The time that a header tells (RFC 9110); null without one, and for what is none. */
    @Nullable
    Instant time(String name) {
        String text = header(name);
        Date time = text == null || text.length() > MOST_TIME ? null : DateFormatter.parseHttpDate(text);
        return time == null ? null : time.toInstant();
    }
}
