package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.HeldRequests;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.S3Request;
import io.hubstorage.testkit.SyntheticBucket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A bucket that no snapshot holds yet is cut by what its top folders are, and listed side by side. */
final class NewBucketTest extends EngineTest {
    @Test
    void manyTopFoldersAreListedSideBySide() {
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.ofKeys(10, withLooseKeys(folders(40, 3))));
        HeldRequests held = new HeldRequests();
        s3.faults().when(NewBucketTest::isListing).then(Fault.hold(held));
        hub.configure("photos").start();
        CompletableFuture<RunRecord> finished = hub.nextFinished();
        hub.request(Addresses.BACKUP_START, BusJson.encode(new BackupMessage.Start(null, false, null)));

        await().until(() -> held.arrived() == 8);

        assertThat(starts()).as("where the listings begin").hasSize(8).doesNotHaveDuplicates();
        held.open();
        assertHolds(finished.join(), bucket);
        assertThat(asked(RequestKind.FOLDERS)).hasSize(1);
    }

    @Test
    void fewTopFoldersAreListedInOnePiece() {
        copiesAll(s3.bucket("photos", SyntheticBucket.ofKeys(10, folders(15, 3))));

        assertThat(starts()).hasSize(1);
    }

    @Test
    void aServerThatDoesNotTellItsFoldersIsListedInOnePiece() {
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.ofKeys(10, folders(40, 3)));
        s3.faults().when(RequestKind.FOLDERS).then(new Fault.Status(501, "NotImplemented", "no delimiter here"));

        copiesAll(bucket);

        assertThat(starts()).hasSize(1);
    }

    @Test
    void manyFoldersBelowOneAloneAreListedSideBySide() {
        List<String> keys = new ArrayList<>(List.of("a first one", "backup/db/notes"));
        folders(40, 3).forEach(key -> keys.add("backup/db/" + key));
        copiesAll(s3.bucket("photos", SyntheticBucket.ofKeys(10, keys)));

        assertThat(starts()).hasSize(8).doesNotHaveDuplicates();
        assertThat(asked(RequestKind.FOLDERS)).hasSize(3);
    }

    @Test
    void foldersThatHoldNothingButAFolderAreNotFollowedForEver() {
        copiesAll(s3.bucket("photos", SyntheticBucket.ofKeys(10, List.of("a/b/c/d/e/f/g/h"))));

        assertThat(starts()).hasSize(1);
        assertThat(asked(RequestKind.FOLDERS)).hasSize(4);
    }

    @Test
    void thousandsOfTopFoldersAreNotAllAskedFor() {
        copiesAll(s3.bucket("photos", SyntheticBucket.ofKeys(1, folders(2_500, 1))));

        assertThat(asked(RequestKind.FOLDERS)).hasSize(1);
        assertThat(starts()).hasSize(8);
    }

    @Test
    void theSecondRunAsksForNoFolders() {
        copiesAll(s3.bucket("photos", SyntheticBucket.ofKeys(10, folders(40, 3))));
        s3.log().clear();

        assertThat(hub.backUp().result()).isEqualTo(RunResult.SUCCESS);

        assertThat(asked(RequestKind.FOLDERS)).isEmpty();
    }

    private void copiesAll(SyntheticBucket bucket) {
        hub.configure("photos");
        assertHolds(hub.backUp(), bucket);
    }

    private void assertHolds(RunRecord run, SyntheticBucket bucket) {
        assertThat(run.result()).isEqualTo(RunResult.SUCCESS);
        assertThat(run.totals().downloaded().objects())
                .isEqualTo(bucket.objects().count());
        Path tree = hub.files(run, "photos");
        bucket.objects()
                .forEach(object ->
                        assertThat(tree.resolve(object.key())).as(object.key()).hasBinaryContent(object.body()));
    }

    /** Where in the order of keys each listing began. */
    private List<String> starts() {
        return asked(RequestKind.LIST).stream()
                .filter(request -> isListing(request) && !request.query().containsKey("continuation-token"))
                .map(request -> request.query().getOrDefault("start-after", ""))
                .toList();
    }

    /** Not a question after one key. */
    private static boolean isListing(S3Request request) {
        return request.kind() == RequestKind.LIST && !request.query().containsKey("prefix");
    }

    private List<S3Request> asked(RequestKind kind) {
        return s3.log().requests(request -> request.kind() == kind);
    }

    private static List<String> folders(int count, int each) {
        List<String> keys = new ArrayList<>();
        for (int folder = 0; folder < count; folder++) {
            for (int file = 0; file < each; file++) {
                keys.add("folder-%04d/%d.txt".formatted(folder, file));
            }
        }
        return keys;
    }

    /** Before, between and after the folders. */
    private static List<String> withLooseKeys(List<String> keys) {
        List<String> all = new ArrayList<>(keys);
        all.add("a first one");
        all.add("folder-0020 and a half");
        all.add("zuletzt-\uFF5E\uD83D\uDE00");
        all.sort(io.hubstorage.keys.KeyOrder.COMPARATOR);
        return all;
    }
}
