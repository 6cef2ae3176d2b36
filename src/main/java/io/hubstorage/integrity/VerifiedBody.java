package io.hubstorage.integrity;

import io.hubstorage.s3.ObjectHead;
import org.jspecify.annotations.Nullable;

/**
 * A body that does not contradict what the server says of it.
 *
 * @param sha256 in hexadecimal digits; absent when never computed
 * @param verified for the manifest, see {@link io.hubstorage.manifest.ManifestEntry#verified}
 * @param head of the answer that brought it; absent when it was not downloaded
 * @param parts how it was uploaded, where that is known
 */
public record VerifiedBody(
        @Nullable String sha256,
        @Nullable String verified,
        @Nullable ObjectHead head,
        @Nullable PartSizes parts) {
    /** Without an answer of the server's. */
    public VerifiedBody(@Nullable String sha256, @Nullable String verified) {
        this(sha256, verified, null, null);
    }
}
