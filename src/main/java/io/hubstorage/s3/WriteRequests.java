package io.hubstorage.s3;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;

/** What all requests that write to one bucket have in common. */
final class WriteRequests {
    private final S3Access access;
    private final String bucket;

    WriteRequests(S3Access access, String bucket) {
        this.access = access;
        this.bucket = bucket;
    }

    /** A request with headers, which beyond ASCII some servers sign otherwise than others. */
    @FunctionalInterface
    interface Request<T> {
        T send(AwsRequestOverrideConfiguration headers) throws S3Failure, IOException, InterruptedException;
    }

    <T> T sending(Map<String, String> headers, Request<T> request) throws S3Failure, IOException, InterruptedException {
        Clients clients = access.clients();
        boolean beyondAscii = headers.values().stream().anyMatch(WriteRequests::isBeyondAscii);
        boolean utf8 = beyondAscii && clients.signsUtf8Headers();
        try {
            return request.send(with(headers, utf8));
        } catch (S3Failure.Auth refused) {
            if (!beyondAscii || utf8 || !refused.code().equals("SignatureDoesNotMatch")) {
                throw refused;
            }
        }
        T answer = request.send(with(headers, true));
        clients.signUtf8Headers();
        return answer;
    }

    /** Headers that are ASCII. */
    AwsRequestOverrideConfiguration with(Map<String, String> headers) {
        return with(headers, false);
    }

    private AwsRequestOverrideConfiguration with(Map<String, String> headers, boolean utf8) {
        AwsRequestOverrideConfiguration.Builder all = AwsRequestOverrideConfiguration.builder();
        headers.forEach((name, value) -> all.putHeader(name, utf8 ? asText(value) : value));
        if (utf8) {
            all.putHeader(NettyTransport.UTF8_HEADERS, "utf-8");
        }
        if (access.payer() != null) {
            all.putHeader("x-amz-request-payer", "requester");
        }
        return all.build();
    }

    private static boolean isBeyondAscii(String value) {
        return value.chars().anyMatch(unit -> unit > 0x7F);
    }

    /** What bytes beyond ASCII say in UTF-8; as it is where they say nothing in it. */
    private static String asText(String value) {
        if (!isBeyondAscii(value) || value.chars().anyMatch(unit -> unit > 0xFF)) {
            return value;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException other) {
            return value;
        }
    }

    /** The object, for people. */
    String name(String key) {
        return '"' + key + "\" in bucket \"" + bucket + '"';
    }

    interface Call<T> {
        CompletableFuture<T> send() throws S3Failure;
    }

    /** The answer; empty where there is not what it is about. */
    static <T> Optional<T> ifThere(Call<T> call, String what) throws S3Failure, InterruptedException {
        try {
            return Optional.of(S3Access.await(call.send(), what));
        } catch (S3Failure.Permanent missing) {
            if (missing.kind() == S3Failure.Kind.NOT_FOUND) {
                return Optional.empty();
            }
            throw missing;
        }
    }
}
