package io.hubstorage.s3;

import io.hubstorage.bus.BucketName;
import io.hubstorage.keys.KeyOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.OptionalObjectAttributes;

/**
 * A listing, page by page, each checked; the page after the last one handed out is already being fetched, unless a page holds a
 * single key. For one virtual thread.
 */
public final class BucketListing implements AutoCloseable {
    /**
     * What one answer added.
     *
     * @param objects in the server's order; may be empty
     * @param ordered whether these keys ascend in UTF-8 byte order and follow everything listed before
     */
    public record Page(List<ListedObject> objects, boolean ordered) {}

    private static final int SMALLER_PAGES = 3;
    private static final Set<S3Failure.Kind> REFUSALS =
            EnumSet.of(S3Failure.Kind.NOT_IMPLEMENTED, S3Failure.Kind.REFUSED);

    private final S3Access access;
    private final ListObjectsV2Request first;
    private final String bucket;
    private final @Nullable String after;
    private final @Nullable String through;
    private final ListingText text;
    private final ListingCheck check;

    private @Nullable Asked pending;
    private @Nullable String token;
    private boolean restoresRefused;
    private int pageSize;
    private boolean finished;
    private volatile int requests;

    /** A request under way, and whether it carries the header that not every server takes. */
    private record Asked(ListRequests.Call call, boolean forRestores) {}

    BucketListing(
            S3Access access,
            String bucket,
            String prefix,
            @Nullable String after,
            @Nullable String through,
            int pageSize) {
        this.access = access;
        this.bucket = bucket;
        this.after = after;
        this.through = through;
        // A server that orders by UTF-16 would start elsewhere than we mean where the two orders differ.
        String startAfter = after != null && KeyOrder.isSameInUtf16(after) ? after : null;
        this.text = new ListingText(bucket);
        this.check = new ListingCheck(bucket, prefix, startAfter, after != null || through != null);
        this.first = request(bucket, prefix, startAfter);
        this.pageSize = pageSize;
    }

    private ListObjectsV2Request request(String bucket, String prefix, @Nullable String startAfter) {
        return ListObjectsV2Request.builder()
                .bucket(BucketName.inS3(bucket))
                .prefix(prefix.isEmpty() ? null : prefix)
                .startAfter(startAfter)
                .encodingType(EncodingType.URL)
                .requestPayer(access.payer())
                .build();
    }

    /**
     * The next page, or null at the end. Blocks. After a {@link S3Failure.Retriable} or {@link S3Failure.Throttled} another call
     * asks for the same page again.
     *
     * @throws S3Failure.Permanent of kind {@code LISTING} when the listing contradicts itself, {@code LISTING_ORDER} when a range
     *     was asked of a server whose order is unknown (the whole bucket can still be listed)
     */
    public @Nullable Page nextPage() throws S3Failure, InterruptedException {
        if (finished) {
            return null;
        }
        ListAnswer answer = answer();
        if (!answer.listing()) {
            throw ListingCheck.nonsense(bucket, "the answer is no listing at all; check AWS_ENDPOINT_URL");
        }
        List<String> keys = text.keys(answer);
        boolean ordered = check.page(keys);
        Cut cut = cut(answer.contents(), keys);
        // The whole page was checked, the part past the end included: a server of unknown order would show itself
        // there.
        if (cut.beyond() || !continues(answer)) {
            finished = true;
        } else if (pageSize > 1) {
            // Who asks for a single key seldom wants the next.
            pending = ask();
        }
        return new Page(cut.objects(), ordered);
    }

    private ListAnswer answer() throws S3Failure, InterruptedException {
        for (int smaller = 0; ; smaller++) {
            Asked asked = pending == null ? ask() : pending;
            pending = null;
            try {
                ListAnswer answer = asked.call().await("Listing");
                if (restoresRefused) {
                    // Only now is it sure that the header was to blame, and not this bucket.
                    access.clients().dontAskForRestores();
                }
                return answer;
            } catch (S3Failure.Permanent refused) {
                if (!asked.forRestores() || !REFUSALS.contains(refused.kind())) {
                    throw refused;
                }
                // Some servers refuse whatever header they do not know.
                restoresRefused = true;
            } catch (S3Failure.Retriable failure) {
                if (failure.kind() != S3Failure.Kind.UNREADABLE || smaller == SMALLER_PAGES || pageSize < 3) {
                    throw failure;
                }
                // Some servers' tokens are the last key as it is, which breaks the XML when that holds a control
                // character: a page that ends elsewhere can be read.
                pageSize = pageSize * 2 / 3;
            }
        }
    }

    /** How many LIST requests were made so far, those under way included. */
    public int requests() {
        return requests;
    }

    @Override
    public void close() {
        finished = true;
        Asked asked = pending;
        pending = null;
        if (asked != null) {
            asked.call().sent().cancel(true);
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes, any may read.
    private Asked ask() throws S3Failure {
        requests++;
        ListObjectsV2Request.Builder request =
                first.toBuilder().continuationToken(token).maxKeys(pageSize);
        boolean forRestores = !restoresRefused && access.clients().mayAskForRestores();
        if (forRestores) {
            request.optionalObjectAttributes(OptionalObjectAttributes.RESTORE_STATUS);
        }
        return new Asked(ListRequests.send(access.client(), request), forRestores);
    }

    /** Whether there is a next page; remembers its token. */
    private boolean continues(ListAnswer answer) throws S3Failure {
        if (!answer.truncated()) {
            return false;
        }
        String next = answer.next();
        if (next == null || next.isEmpty()) {
            throw ListingCheck.nonsense(bucket, "it says that there is more, but not how to get it");
        }
        check.token(next);
        token = next;
        return true;
    }

    private record Cut(List<ListedObject> objects, boolean beyond) {}

    /** What of a page lies in the range, and whether the listing has left it for good. */
    private Cut cut(List<ListAnswer.Item> contents, List<String> keys) throws S3Failure {
        List<ListedObject> objects = new ArrayList<>(keys.size());
        boolean beyond = false;
        for (int index = 0; index < keys.size(); index++) {
            String key = keys.get(index);
            if (through != null && KeyOrder.compare(key, through) > 0) {
                beyond |= KeyOrder.isSameInUtf16(through);
            } else if (after == null || KeyOrder.compare(key, after) > 0) {
                objects.add(listed(key, contents.get(index)));
            }
        }
        return new Cut(objects, beyond);
    }

    private ListedObject listed(String key, ListAnswer.Item item) throws S3Failure {
        Instant modified = item.modified();
        if (item.size() < 0) {
            throw ListingCheck.nonsense(bucket, "it names \"" + key + "\" without a size");
        }
        if (modified == null) {
            throw ListingCheck.nonsense(bucket, "it names \"" + key + "\" without a time of change");
        }
        return new ListedObject(key, item.size(), item.etag(), modified, item.storageClass(), item.restored());
    }
}
