package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.manifest.EntryState;
import io.hubstorage.manifest.ManifestEntry;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.SyntheticBucket;
import io.hubstorage.testkit.SyntheticObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class KeysTest extends EngineTest {
    private static final List<String> ODD = List.of(
            "..",
            ".",
            "../escaped",
            "a/../b",
            "/leading",
            "trailing/",
            "double//slash",
            "//",
            "/",
            "...",
            "dot.",
            "space ",
            " leading space",
            "a\\b",
            "C:\\x",
            "quote\"'`",
            "new\nline",
            "tab\there",
            "\u0001control",
            "del\u007f",
            "%2F",
            "%",
            "percent%20",
            "a+b c",
            "a&b=c?d#e",
            "*<>|:",
            "~",
            "~hub~",
            "~hub1~x",
            "CON",
            "nul.txt",
            "com1",
            ".partial",
            "run.json",
            ".hubstorage.json",
            "manifest",
            "s3",
            "é",
            "e\u0301",
            "😀",
            "\uFFFD",
            "日本語/ファイル",
            "clash",
            "clash/",
            "clash/b",
            "clash!",
            "clash/b/c",
            "x".repeat(300),
            "é".repeat(200),
            "d/".repeat(500) + "end",
            "y".repeat(1_024));

    @Test
    void everyOddKeyLandsInsideTheBucketsFolderAndComesBackAsItself() throws IOException {
        SyntheticBucket bucket = s3.bucket("odd", SyntheticBucket.ofKeys(33, ODD));
        hub.configure("odd");

        RunRecord first = hub.backUp();

        assertThat(first.result()).as(first.message()).isEqualTo(RunResult.SUCCESS);
        // The audit undoes every path, and finds what is outside.
        audit(first).holds("odd", bucket);
        assertThat(hub.data().resolve("escaped")).doesNotExist();
        assertThat(home.resolve("escaped")).doesNotExist();
        assertThat(hub.backUp().newSnapshot()).isFalse();
    }

    @Test
    void oddKeysAreLinkedCarriedAndKeptLikeAnyOther() {
        SyntheticBucket bucket = s3.bucket("odd", SyntheticBucket.ofKeys(33, ODD));
        hub.configure(config(delete(false), "odd"));
        hub.backUp();
        List<SyntheticObject> before = bucket.objects().toList();
        for (int i = 0; i < ODD.size(); i += 3) {
            bucket.delete(ODD.get(i));
        }
        bucket.change(ODD.get(1));
        s3.log().clear();

        RunRecord second = hub.backUp();

        assertThat(second.result()).as(second.message()).isEqualTo(RunResult.SUCCESS);
        assertThat(audit(second).entries("odd")).hasSize(before.size());
        assertThat(gets()).containsOnlyKeys(ODD.get(1));
    }

    @Test
    void aFileBesideAFolderOfTheSameNameKeepsItsName() {
        SyntheticBucket bucket = bucket("photos", "a", "a/b", "a/c/d", "a.txt");
        hub.configure("photos");

        Audit audit = audit(hub.backUp()).holds("photos", bucket);

        assertThat(audit.entry("photos", "a").path()).isEqualTo("a");
        assertThat(audit.entry("photos", "a/b").path()).isEqualTo("~hub1~a/b");
    }

    @Test
    void aFileThatTurnsIntoAFolderAndBackIsRightEachTime() {
        SyntheticBucket bucket = bucket("photos", "a", "x/y", "z");
        hub.configure(config(delete(true), "photos"));
        audit(hub.backUp()).holds("photos", bucket);
        bucket.delete("a");
        bucket.add("a/b", 10);
        bucket.delete("x/y");
        bucket.add("x", 10);

        Audit second = audit(hub.backUp()).holds("photos", bucket);

        assertThat(second.entry("photos", "a/b").path()).isEqualTo("a/b");
        bucket.delete("a/b");
        bucket.add("a", 20);
        audit(hub.backUp()).holds("photos", bucket);
    }

    @Test
    void whatIsLinkedMovesWhenAFileComesToStandWhereItsFolderWas() throws IOException {
        SyntheticBucket bucket = bucket("photos", "a/b", "z");
        hub.configure("photos");
        RunRecord first = hub.backUp();
        bucket.add("a", 10);
        s3.log().clear();

        Audit second = audit(hub.backUp()).holds("photos", bucket);

        assertThat(gets()).containsOnlyKeys("a");
        assertThat(second.entry("photos", "a/b").path()).isEqualTo("~hub1~a/b");
        assertThat(inode(second.file("photos", "a/b")))
                .isEqualTo(inode(hub.files(first, "photos").resolve("a/b")));
    }

    @Test
    void aFileThatIsOnlyCarriedStandsInTheWayOfAFolderLikeAnyOther() {
        SyntheticBucket bucket = bucket("photos", "a", "z");
        hub.configure(config(delete(false), "photos"));
        hub.backUp();
        bucket.delete("a");
        bucket.add("a/b", 10);

        RunRecord second = hub.backUp();

        assertThat(second.result()).as(second.message()).isEqualTo(RunResult.SUCCESS);
        assertThat(audit(second).entries("photos").keySet()).containsExactlyInAnyOrder("a", "a/b", "z");
    }

    @Test
    void aDirectoryMarkerIsAFolderAndANonEmptyOneAFile() {
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.empty());
        bucket.add("empty/", 0);
        bucket.add("full/", 5);
        bucket.add("full/x", 5);
        bucket.add("deep/er/", 0);
        hub.configure("photos");

        RunRecord run = hub.backUp();

        Audit audit = audit(run).holds("photos", bucket);
        assertThat(audit.file("photos", "empty/")).isEmptyDirectory();
        assertThat(audit.file("photos", "full/")).isRegularFile();
        assertThat(gets()).containsOnlyKeys("full/", "full/x");
        assertThat(hub.backUp().newSnapshot()).isFalse();
    }

    @Test
    void aDirectoryMarkerWhoseNewContentCannotBeReadStaysAFolder() {
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.empty());
        bucket.add("b/", 0);
        bucket.add("b//x", 5);
        bucket.add("c", 5);
        hub.configure("photos");
        hub.backUp();
        bucket.add("b/", 7);
        bucket.change("c");
        s3.faults().whenGetting("b/").then(Fault.accessDenied());

        Audit audit = audit(hub.backUp());

        assertThat(audit.keys("photos", EntryState.KEPT)).containsExactly("b/");
        assertThat(audit.entry("photos", "b/").path()).isEqualTo("b");
        s3.faults().clear();
        audit(hub.backUp()).holds("photos", bucket);
    }

    @Test
    void anEmptyObjectIsAnEmptyFile() {
        SyntheticBucket bucket = s3.bucket("photos", SyntheticBucket.ofKeys(0, List.of("a", "b/c")));
        hub.configure("photos");

        assertThat(audit(hub.backUp()).holds("photos", bucket).file("photos", "b/c"))
                .isEmptyFile();
    }

    @Test
    void headersAndUserMetadataAreInTheManifest() {
        SyntheticBucket bucket = bucket("photos", "a", "b");
        bucket.put(bucket.get("a")
                .withMetadata(
                        Map.of("Content-Type", "image/jpeg", "Cache-Control", "max-age=60", "x-amz-version-id", "v7"),
                        Map.of("owner", "me")));
        hub.configure("photos");

        Audit audit = audit(hub.backUp());

        ManifestEntry entry = audit.entry("photos", "a");
        assertThat(entry.metadata().headers())
                .containsEntry("content-type", "image/jpeg")
                .containsEntry("cache-control", "max-age=60");
        assertThat(entry.metadata().user()).isEqualTo(Map.of("owner", "me"));
        assertThat(entry.metadata().version()).isEqualTo("v7");
        bucket.change("b");
        assertThat(audit(hub.backUp()).entry("photos", "a").metadata().user()).isEqualTo(Map.of("owner", "me"));
    }

    @Test
    void aLinkThatSomebodyPlantedInTheDataFolderIsNotFollowed() throws IOException {
        Path outside = Files.createDirectories(home.resolve("outside/s3/photos"));
        Files.createDirectories(hub.data());
        Files.createSymbolicLink(hub.data().resolve("hublink_20200101000000"), home.resolve("outside"));
        SyntheticBucket bucket = bucket("photos", "a");
        hub.configure("photos");

        audit(hub.backUp()).holds("photos", bucket);

        assertThat(outside).isEmptyDirectory();
    }
}
