package io.hubstorage.restore.s3;

import io.hubstorage.integrity.DeclaredChecksum;
import io.hubstorage.integrity.PartSizeInference;
import io.hubstorage.integrity.PartSizes;
import io.hubstorage.manifest.ManifestEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * In which pieces an object is written. The same parts as those that it was uploaded in give it the same ETag, so they are taken where
 * they are known, and guessed where the ETag says how many there were.
 *
 * @param parts the size of each, in order; none for an object that is written with one request
 */
record UploadPlan(List<Long> parts) {
    /** S3 takes no more with one request, be it an object or a part. */
    static final long MOST_AT_ONCE = 5L << 30;
    /** S3 takes no smaller part but as the last. */
    static final long LEAST_PART = 5L << 20;

    static final int MOST_PARTS = 10_000;

    /** What parts are made of where nobody has made any: few requests, and little to send again. */
    private static final long USUAL_PART = 64L << 20;

    private static final long MIB = 1L << 20;
    private static final UploadPlan WHOLE = new UploadPlan(List.of());

    UploadPlan {
        parts = List.copyOf(parts);
    }

    static UploadPlan of(ManifestEntry entry, PartSizeInference guesses) {
        long size = entry.size();
        String etag = entry.etag();
        DeclaredChecksum declared =
                etag == null ? null : DeclaredChecksum.ofEtag(etag).parted();
        if (declared == null || size == 0) {
            return size <= MOST_AT_ONCE ? WHOLE : usual(size);
        }
        return recorded(entry.content().upload(), size, declared.parts())
                .or(() -> guessed(guesses, size, declared.parts()))
                .orElseGet(() -> size <= USUAL_PART ? WHOLE : usual(size));
    }

    private static Optional<UploadPlan> recorded(ManifestEntry.Upload upload, long size, int count) {
        if (count > MOST_PARTS) {
            return Optional.empty();
        }
        List<Long> each = upload.partSizes();
        if (each.size() == count
                && each.stream().allMatch(part -> part > 0 && part <= MOST_AT_ONCE)
                && each.stream().mapToLong(part -> part).sum() == size) {
            return Optional.of(new UploadPlan(each));
        }
        if (PartSizes.fits(upload.partSize(), size, count) && Math.min(upload.partSize(), size) <= MOST_AT_ONCE) {
            return Optional.of(even(size, upload.partSize()));
        }
        return count == 1 && size <= MOST_AT_ONCE ? Optional.of(even(size, size)) : Optional.empty();
    }

    private static Optional<UploadPlan> guessed(PartSizeInference guesses, long size, int count) {
        return count > MOST_PARTS
                ? Optional.empty()
                : guesses.candidates(size, count).stream()
                        .filter(each -> each >= LEAST_PART && each <= MOST_AT_ONCE)
                        .findFirst()
                        .map(each -> even(size, each));
    }

    /** Parts that every server takes, of which an object of any size has no more than there may be. */
    static UploadPlan usual(long size) {
        long fewest = Math.ceilDiv(size, MOST_PARTS);
        return even(size, Math.max(USUAL_PART, Math.ceilDiv(fewest, MIB) * MIB));
    }

    private static UploadPlan even(long size, long each) {
        List<Long> parts = new ArrayList<>();
        for (long left = size; left > 0; left -= each) {
            parts.add(Math.min(each, left));
        }
        return new UploadPlan(parts);
    }

    boolean inOneRequest() {
        return parts.isEmpty();
    }

    /** How many requests bring the bytes. */
    int requests() {
        return inOneRequest() ? 1 : parts.size() + 2;
    }

    /** The size of all parts but the last; 0 where they have sizes of their own. */
    long each() {
        return inOneRequest() ? 0 : PartSizes.all(parts).each();
    }
}
