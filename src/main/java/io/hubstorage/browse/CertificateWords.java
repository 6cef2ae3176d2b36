package io.hubstorage.browse;

import io.hubstorage.bus.BucketCounts;
import io.hubstorage.bus.Sizes;
import io.hubstorage.bus.Tally;
import io.hubstorage.snapshot.Certificate;
import java.util.ArrayList;
import java.util.List;

/** What a certificate says, in a sentence that a person reads in passing. Pure. */
public final class CertificateWords {
    private CertificateWords() {}

    public static String of(Certificate certificate) {
        BucketCounts counts = BucketCounts.ZERO;
        Tally files = Tally.ZERO;
        for (Certificate.Bucket bucket : certificate.buckets()) {
            counts = counts.plus(bucket.counts());
            files = files.plus(bucket.files());
        }
        int many = certificate.buckets().size();
        String where = many == 1 ? "" : " in %s buckets".formatted(Sizes.number(many));
        return sentence(files, where, counts);
    }

    public static String of(Certificate.Bucket bucket) {
        String sentence = sentence(bucket.files(), "", bucket.counts());
        if (bucket.outcome().error() != null) {
            return sentence + " The bucket could not be backed up: "
                    + bucket.outcome().error();
        }
        return bucket.listing().complete()
                ? sentence
                : sentence + " Its listing did not reach its end, so nothing was deleted.";
    }

    private static String sentence(Tally files, String where, BucketCounts counts) {
        if (files.objects() == 0 && counts.listed().objects() == 0) {
            return "No files%s.".formatted(where);
        }
        List<String> parts = new ArrayList<>();
        parts.add(Sizes.number(counts.linked().objects()) + " unchanged");
        parts.add(Sizes.number(counts.downloaded().objects()) + " downloaded");
        part(parts, counts.kept(), "%s kept in their previous version", "%s kept in its previous version");
        part(parts, counts.carried(), "%s gone from S3 and kept", "%s gone from S3 and kept");
        part(parts, counts.archived(), "%s archived and not readable", "%s archived and not readable");
        part(parts, counts.vanished(), "%s gone before they were read", "%s gone before it was read");
        part(parts, counts.filtered(), "%s left out by filters", "%s left out by filters");
        part(parts, counts.deleted(), "%s deleted since the snapshot before", "%s deleted since the snapshot before");
        long failed = counts.failed().objects();
        parts.add(failed == 0 ? "none failed" : Sizes.number(failed) + " failed");
        return "%s, %s%s: %s."
                .formatted(
                        files(files.objects()), Sizes.bytes((double) files.bytes()), where, String.join(", ", parts));
    }

    private static void part(List<String> parts, Tally tally, String many, String one) {
        if (tally.objects() > 0) {
            parts.add((tally.objects() == 1 ? one : many).formatted(Sizes.number(tally.objects())));
        }
    }

    private static String files(long many) {
        return Sizes.count(many, "file");
    }
}
