package io.hubstorage.web.s3;

import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.web.http.FileRange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one part of an upload.
 *
 * @param parts how many there are in all
 */
record PartRange(FileRange bytes, int parts) {
    private static final int MOST_PARTS = 10_000;

    /**
     * The part that a request names.
     *
     * @param partNumber as it was sent; null asks for none
     * @return null where none was asked for
     * @throws S3Refusal when there is no such part, or nobody knows where it ends
     */
    static @Nullable PartRange of(@Nullable String partNumber, ManifestEntry entry) {
        if (partNumber == null) {
            return null;
        }
        int number = number(partNumber);
        List<Long> sizes = sizes(entry);
        if (number > sizes.size()) {
            throw new S3Refusal(416, "InvalidPartNumber", "The object has %d parts.".formatted(sizes.size()));
        }
        long first =
                sizes.subList(0, number - 1).stream().mapToLong(Long::longValue).sum();
        return new PartRange(new FileRange(first, sizes.get(number - 1)), sizes.size());
    }

    private static int number(String text) {
        try {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= MOST_PARTS) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw S3Refusal.invalidArgument("partNumber must be a whole number from 1 to %d.".formatted(MOST_PARTS));
    }

    private static List<Long> sizes(ManifestEntry entry) {
        ManifestEntry.Upload upload = entry.content().upload();
        if (!upload.partSizes().isEmpty()) {
            return upload.partSizes();
        }
        long each = upload.partSize();
        if (each > 0 && entry.size() > each && (entry.size() + each - 1) / each <= MOST_PARTS) {
            int whole = (int) (entry.size() / each);
            List<Long> sizes = new ArrayList<>(Collections.nCopies(whole, each));
            if (entry.size() % each > 0) {
                sizes.add(entry.size() % each);
            }
            return sizes;
        }
        String etag = entry.etag();
        if (each == 0 && etag != null && etag.matches(".*-0*([2-9]|[1-9]\\d+)")) {
            throw new S3Refusal(
                    501, "NotImplemented", "The sizes of this object's parts were not recorded: ask for ranges.");
        }
        return List.of(entry.size());
    }
}
