package io.hubstorage.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.integrity.PartSizes;
import io.hubstorage.integrity.VerifiedBody;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.s3.ListedObject;
import io.hubstorage.s3.ObjectHead;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class FetchTaskTest {
    private static final Instant LISTED = Instant.parse("2026-02-03T04:05:06.789Z");
    private static final String LOCKED = "x-amz-object-lock-mode";
    private static final String TAG_COUNT = "x-amz-tagging-count";

    private static FetchTask task(String etag) {
        return new FetchTask(
                "dir/key~1",
                null,
                new ListedObject("dir/Key", 7, etag, LISTED, "GLACIER_IR", false),
                null,
                null,
                false);
    }

    private static ObjectHead head(ObjectHead.Checksums checksums) {
        ObjectHead.Description description = new ObjectHead.Description(
                "v1",
                Map.of("content-type", "text/plain"),
                Map.of("mood", "good"),
                Map.of(LOCKED, "COMPLIANCE", TAG_COUNT, "2"));
        return new ObjectHead(7, "other", true, Instant.EPOCH, description, checksums);
    }

    private static ManifestEntry.Upload upload(@Nullable ObjectHead head, @Nullable PartSizes parts) {
        return task("e")
                .entry(new VerifiedBody("hash", "md5", head, parts))
                .content()
                .upload();
    }

    @Test
    void theLineSaysWhatTheListingTheHeadAndTheProofSay() {
        ManifestEntry line = task("e").entry(new VerifiedBody("hash", "md5", head(ObjectHead.Checksums.NONE), null));

        assertThat(line)
                .isEqualTo(new ManifestEntry(
                        "dir/Key",
                        "dir/key~1",
                        new ManifestEntry.Content(7, "e", "hash", "md5", ManifestEntry.Upload.UNKNOWN),
                        new ManifestEntry.Metadata(
                                LISTED,
                                "GLACIER_IR",
                                "v1",
                                Map.of("content-type", "text/plain"),
                                Map.of("mood", "good"),
                                Map.of(),
                                Map.of(LOCKED, "COMPLIANCE", TAG_COUNT, "2")),
                        EntryState.DOWNLOADED));
    }

    @Test
    void withoutAHeadOnlyTheListingIsWrittenDown() {
        ManifestEntry line = task("").entry(new VerifiedBody("hash", null));

        assertThat(line.content().etag()).as("none was listed").isNull();
        assertThat(line.metadata())
                .isEqualTo(
                        new ManifestEntry.Metadata(LISTED, "GLACIER_IR", null, Map.of(), Map.of(), Map.of(), Map.of()));
        assertThat(line.content().upload()).isSameAs(ManifestEntry.Upload.UNKNOWN);
    }

    @Test
    void whereTheTagsAreKnownTheirNumberIsNotWrittenDown() {
        VerifiedBody body = new VerifiedBody("hash", "md5", head(ObjectHead.Checksums.NONE), null);

        ManifestEntry line = task("e").entry(body, Map.of("team", "blue"));

        assertThat(line.metadata().tags()).isEqualTo(Map.of("team", "blue"));
        assertThat(line.metadata().properties()).isEqualTo(Map.of(LOCKED, "COMPLIANCE"));
    }

    @Test
    void whatIsKnownOfTheUploadIsWrittenDown() {
        ObjectHead.Checksums crc = new ObjectHead.Checksums(Map.of("CRC32", "AAAAAA=="), "COMPOSITE");

        assertThat(upload(head(crc), null))
                .isEqualTo(new ManifestEntry.Upload(0, List.of(), Map.of("CRC32", "AAAAAA=="), "COMPOSITE"));
        assertThat(upload(head(crc), PartSizes.each(5)))
                .isEqualTo(new ManifestEntry.Upload(5, List.of(), Map.of("CRC32", "AAAAAA=="), "COMPOSITE"));
        assertThat(upload(null, PartSizes.all(List.of(2L, 4L, 1L))))
                .isEqualTo(new ManifestEntry.Upload(0, List.of(2L, 4L, 1L), Map.of(), null));
    }
}
