package io.hubstorage.s3;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/**
 * Where buckets are and how requests to them are signed, as the SDK's own requests show that had success: the SDK knows
 * endpoints, styles of addresses, regions and skewed clocks. Thread-safe.
 */
final class BucketPlaces implements ExecutionInterceptor {
    /** Only the usual signature; others need what only the SDK has. */
    private static final Pattern SIGNED =
            Pattern.compile("AWS4-HMAC-SHA256 Credential=[^/ ]+/\\d{8}/([^/ ]+)/s3/aws4_request,.*");

    private static final DateTimeFormatter SIGNED_AT =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    /** Below that, a clock is right. */
    private static final Duration SKEW = Duration.ofMinutes(1);

    /**
     * @param server scheme, host and port
     * @param path of the bucket, as it is sent; empty where the host names it
     * @param region that signatures are made for
     * @param ahead how far the server's clock is ahead of this machine's; zero where that does not matter
     */
    record Place(URI server, String path, String region, Duration ahead) {
        boolean isSecure() {
            return server.getScheme().equals("https");
        }
    }

    private final InstantSource clock;
    private final Map<String, Place> places = new ConcurrentHashMap<>();

    /** @param clock this machine's, which may be wrong */
    BucketPlaces(InstantSource clock) {
        this.clock = clock;
    }

    /** Null where nothing is known yet, or the bucket's requests are of an unusual kind. */
    @Nullable
    Place of(String bucket) {
        return places.get(bucket);
    }

    /** It is not so, or not any more. */
    void forget(String bucket) {
        places.remove(bucket);
    }

    @Override
    public void afterTransmission(Context.AfterTransmission sent, ExecutionAttributes attributes) {
        if (!sent.httpResponse().isSuccessful()) {
            return;
        }
        SdkRequest request = sent.request();
        String suffix =
                request instanceof GetObjectRequest get ? '/' + SdkHttpUtils.urlEncodeIgnoreSlashes(get.key()) : "";
        String bucket = request instanceof GetObjectRequest || request instanceof ListObjectsV2Request
                ? request.getValueForField("Bucket", String.class).orElse("")
                : "";
        if (!bucket.isEmpty() && !places.containsKey(bucket)) {
            Place place = place(sent.httpRequest(), suffix);
            if (place != null) {
                places.put(bucket, place);
            }
        }
    }

    private @Nullable Place place(SdkHttpRequest request, String suffix) {
        Matcher signed =
                SIGNED.matcher(request.firstMatchingHeader("Authorization").orElse(""));
        String path = request.encodedPath();
        if (!signed.matches()
                || !path.endsWith(suffix)
                || request.firstMatchingHeader("x-amz-s3session-token").isPresent()) {
            return null;
        }
        String bucket = path.substring(0, path.length() - suffix.length());
        return new Place(
                URI.create(request.protocol() + "://" + request.host() + ':' + request.port()),
                bucket.endsWith("/") ? bucket.substring(0, bucket.length() - 1) : bucket,
                signed.group(1),
                ahead(request));
    }

    private Duration ahead(SdkHttpRequest request) {
        try {
            Duration ahead = Duration.between(
                    clock.instant(),
                    SIGNED_AT.parse(request.firstMatchingHeader("X-Amz-Date").orElse(""), Instant::from));
            return ahead.abs().compareTo(SKEW) < 0 ? Duration.ZERO : ahead;
        } catch (DateTimeParseException unknown) {
            return Duration.ZERO;
        }
    }
}
