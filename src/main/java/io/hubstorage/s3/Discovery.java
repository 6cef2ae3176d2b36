package io.hubstorage.s3;

import io.hubstorage.bus.S3Message;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.Bucket;
import software.amazon.awssdk.services.s3.model.ListBucketsRequest;
import software.amazon.awssdk.services.s3.model.ListBucketsResponse;

/** Finds the buckets of the account. */
public final class Discovery {
    private static final int PAGE = 1000;
    private static final String WHAT = "Listing the account's buckets";

    private final S3Access access;

    Discovery(S3Access access) {
        this.access = access;
    }

    /** Every bucket that the credentials may see, by name. Blocks; for virtual threads. */
    public S3Message.Buckets buckets() throws S3Failure, InterruptedException {
        List<S3Message.Bucket> found = new ArrayList<>();
        String token = null;
        do {
            ListBucketsResponse page = Calls.await(access.client().listBuckets(request(token)), WHAT);
            for (Bucket bucket : page.buckets()) {
                found.add(new S3Message.Bucket(bucket.name(), bucket.creationDate(), bucket.bucketRegion()));
            }
            String next = page.continuationToken();
            if (next != null && next.equals(token)) {
                throw new S3Failure.Permanent("listing", WHAT + " failed: the server goes round in circles.", null);
            }
            token = next == null || next.isEmpty() ? null : next;
        } while (token != null);
        found.sort(Comparator.comparing(S3Message.Bucket::name));
        return new S3Message.Buckets(List.copyOf(found));
    }

    /** Only AWS is asked for pages: other servers send all at once, and some refuse parameters they do not know. */
    private ListBucketsRequest request(@Nullable String token) {
        ListBucketsRequest.Builder request = ListBucketsRequest.builder();
        if (access.isAws() || token != null) {
            request.maxBuckets(PAGE).continuationToken(token);
        }
        return request.build();
    }
}
