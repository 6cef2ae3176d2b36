package io.hubstorage.s3;

import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;

/**
 * Keeps the SDK from URL-decoding listings, which {@link ListingText} does: it copies less, and it notices a server that
 * says {@code url} but does not encode. The mark it leaves is no encoding that the SDK knows.
 */
final class RawListing implements ExecutionInterceptor {
    /** In place of {@code url}: the keys of this answer are still encoded. */
    static final String STILL_ENCODED = "url-still-encoded";

    @Override
    public SdkResponse modifyResponse(Context.ModifyResponse context, ExecutionAttributes attributes) {
        return context.response() instanceof ListObjectsV2Response page && "url".equals(page.encodingTypeAsString())
                ? page.toBuilder().encodingType(STILL_ENCODED).build()
                : context.response();
    }
}
