package io.hubstorage.s3;

import java.util.Map;
import software.amazon.awssdk.core.SdkResponse;

/** The HTTP headers of the SDK's answers, which say more than its own types do. */
final class Answers {
    private Answers() {}

    /** Every header with its first value. */
    static Iterable<Map.Entry<String, String>> headers(SdkResponse answer) {
        return answer.sdkHttpResponse().headers().entrySet().stream()
                .filter(header -> !header.getValue().isEmpty())
                .map(header -> Map.entry(header.getKey(), header.getValue().getFirst()))
                .toList();
    }
}
