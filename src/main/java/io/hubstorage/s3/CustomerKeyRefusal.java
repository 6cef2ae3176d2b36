package io.hubstorage.s3;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkServiceException;

/** Refusals whose matter is the customer's key of an object (SSE-C). S3 has no code of its own for them, only words. */
final class CustomerKeyRefusal {
    private CustomerKeyRefusal() {}

    /**
     * What the refusal is; null when it is about something else.
     *
     * @param said the server's words, for the message
     * @param what was tried, as the subject of a sentence
     */
    static @Nullable S3Failure sort(
            SdkServiceException answer, @Nullable AwsErrorDetails details, String said, String what) {
        if (answer.statusCode() != 400 || details == null || details.errorMessage() == null) {
            return null;
        }
        String message = details.errorMessage().toLowerCase(Locale.ROOT);
        if (message.contains("encryption parameters are not applicable")) {
            return new S3Failure.Permanent(
                    S3Failure.CUSTOMER_KEY_NOT_WANTED,
                    what + " failed: the object is not encrypted with a key of the customer's" + said + ".",
                    answer);
        }
        if (message.contains("form of server side encryption")
                || message.contains("encryption with customer provided keys")) {
            return new S3Failure.Permanent(
                    S3Failure.CUSTOMER_KEY,
                    what + " failed: the object is encrypted with a key that S3 does not keep (SSE-C)" + said
                            + "; put that key into HUBSTORAGE_SSE_C_KEY, as base64 of its 32 bytes.",
                    answer);
        }
        return null;
    }
}
