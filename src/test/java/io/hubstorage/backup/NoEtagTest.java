package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Servers that give no ETags: size and LastModified are all there is to compare. */
final class NoEtagTest extends EngineTest {
    private SyntheticBucket bucket;

    @BeforeEach
    void aBucketWithoutEtags() {
        bucket = s3.bucket("photos", SyntheticBucket.ofKeys(300, List.of("a", "b", "c", "folder/")));
        bucket.objects().toList().forEach(object -> bucket.put(object.withEtag("")));
        hub.configure("photos");
    }

    private SyntheticObject change(String key, long size) {
        SyntheticObject changed = bucket.add(key, size).withEtag("");
        bucket.put(changed);
        return changed;
    }

    @Test
    void whatHasNotChangedIsNeitherFetchedAgainNorANewSnapshot() {
        RunRecord first = hub.backUp();
        audit(first).holds("photos", bucket);
        s3.log().clear();

        RunRecord second = hub.backUp();

        assertThat(second.newSnapshot()).as(second.message()).isFalse();
        assertThat(second.snapshot()).isEqualTo(first.snapshot());
        assertThat(s3.counts().gets()).isZero();
    }

    @Test
    void anotherTimeOrAnotherSizeIsAChange() {
        hub.backUp();
        change("a", 300);
        bucket.put(change("b", 301).withLastModified(SyntheticObject.FIRST_MODIFIED));
        s3.log().clear();

        RunRecord run = hub.backUp();

        audit(run).holds("photos", bucket);
        assertThat(gets()).containsOnlyKeys("a", "b");
    }

    @Test
    void anObjectOfAnotherSizeThanListedIsLookedUpAgain() {
        s3.onRequest(
                request -> request.kind() == RequestKind.GET
                        && request.key().equals("b")
                        && bucket.get("b").size() == 300,
                _ -> change("b", 7_000));

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        audit(run).holds("photos", bucket);
    }

    @Test
    void aLargeObjectThatChangesBetweenItsRangesIsReadAnewAsAWhole() {
        long size = 20L << 20;
        change("large", size);
        s3.onRequest(
                request -> request.key().equals("large")
                        && "bytes=8388608-16777215".equals(request.range())
                        && bucket.get("large").lastModified().equals(SyntheticObject.FIRST_MODIFIED),
                _ -> change("large", size));

        RunRecord run = hub.backUp();

        assertThat(run.result()).as(run.message()).isEqualTo(RunResult.SUCCESS);
        assertThat(bucket.get("large").lastModified()).isAfter(SyntheticObject.FIRST_MODIFIED);
        audit(run).holds("photos", bucket);
    }
}
