package io.hubstorage.s3;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Headers of a request for an object beyond those that name it. */
final class ExtraHeaders {
    private static final String CUSTOMER = "x-amz-server-side-encryption-customer-";

    private ExtraHeaders() {}

    /**
     * The headers, names in lower case.
     *
     * @param requestPayer whether we agree to pay for the request
     * @param customerKey base64 of the key that the object is encrypted with (SSE-C); null for none
     */
    static Map<String, String> of(boolean requestPayer, @Nullable String customerKey) {
        Map<String, String> headers = new LinkedHashMap<>();
        // Who does not know it ignores it. We compare ourselves: the SDK cannot over several ranges, nor CRC64NVME.
        headers.put("x-amz-checksum-mode", "ENABLED");
        if (requestPayer) {
            headers.put("x-amz-request-payer", "requester");
        }
        if (customerKey != null) {
            headers.put(CUSTOMER + "algorithm", "AES256");
            headers.put(CUSTOMER + "key", customerKey);
            headers.put(CUSTOMER + "key-md5", md5(customerKey));
        }
        return headers;
    }

    /** What a message about such a request should say of it. */
    static String remark(Map<String, String> headers) {
        return headers.containsKey(CUSTOMER + "key") ? " with the key in HUBSTORAGE_SSE_C_KEY" : "";
    }

    private static String md5(String base64) {
        try {
            byte[] key = Base64.getDecoder().decode(base64);
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("MD5").digest(key));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }
}
