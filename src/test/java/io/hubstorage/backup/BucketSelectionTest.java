package io.hubstorage.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.bus.S3Message;
import io.hubstorage.config.ConfigParser;
import io.hubstorage.config.HubConfig;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class BucketSelectionTest {
    private static HubConfig config(boolean dynamic, String... buckets) {
        return ConfigParser.parse(new JsonObject()
                .put("s3_buckets", new JsonArray(List.of(buckets)))
                .put("use_dynamic_buckets", dynamic));
    }

    private static BucketSelection selection(HubConfig config, List<String> only, String... found) {
        return new BucketSelection(config, only, null, () -> buckets(found));
    }

    private static S3Message.Buckets buckets(String... found) {
        return new S3Message.Buckets(Stream.of(found)
                .map(name -> new S3Message.Bucket(name, null, null))
                .toList());
    }

    private static List<String> names(List<HubConfig.BucketSpec> buckets) {
        return buckets.stream().map(HubConfig.BucketSpec::name).toList();
    }

    @Test
    void withoutDiscoveryExactlyTheConfiguredBucketsAreCopiedInTheirOrder() throws Exception {
        assertThat(names(selection(config(false, "zzz", "aaa"), List.of(), "other")
                        .resolve(List.of(), true)))
                .containsExactly("zzz", "aaa");
    }

    @Test
    void discoveryAddsWhatItFindsToTheConfigured() throws Exception {
        assertThat(names(selection(config(true, "zzz"), List.of(), "aaa", "zzz").resolve(List.of(), true)))
                .containsExactly("zzz", "aaa");
    }

    @Test
    void aNameThatNoBucketCanHaveIsLeftOut() throws Exception {
        assertThat(names(selection(config(true), List.of(), "aaa", "..", "../x", "a/b", "", "C:\\x", "con..x")
                        .resolve(List.of(), true)))
                .containsExactly("aaa");
    }

    @Test
    void aBucketAskedForThatIsNotThereIsNamedTogetherWithThoseThatAre() {
        assertThatThrownBy(() ->
                        selection(config(true), List.of("mine"), "aaa", "bbb").resolve(List.of(), true))
                .hasMessage("no such bucket: mine. Known are: aaa, bbb");
    }

    @Test
    void whereNothingIsSeenItTellsWhatToDo() {
        assertThatThrownBy(() -> selection(config(true), List.of()).resolve(List.of(), true))
                .hasMessageContaining("these credentials see no bucket");
    }

    @Test
    void aBucketTakenOutOfTheConfigurationGoesAndAConfiguredOneStays() {
        assertThat(names(selection(config(false, "aaa"), List.of()).leftOut(List.of("aaa", "bbb"))))
                .containsExactly("aaa");
    }

    @Test
    void withDiscoveryWhatIsNotSeenAnyMoreStays() {
        assertThat(names(selection(config(true), List.of(), "aaa").leftOut(List.of("aaa", "bbb"))))
                .containsExactly("aaa", "bbb");
    }

    @Test
    void aRunOfSomeBucketsDropsNone() {
        assertThat(names(selection(config(false, "aaa"), List.of("aaa")).leftOut(List.of("aaa", "bbb"))))
                .containsExactly("aaa", "bbb");
    }

    /** Discovery says these, or nothing when it is not to be asked. */
    private static BucketSelection scheduled(HubConfig config, String schedule, String... found) {
        List<String> only = config.schedules().stream()
                .filter(each -> each.name().equals(schedule))
                .flatMap(each -> each.buckets().stream())
                .toList();
        return new BucketSelection(config, only, schedule, () -> {
            if (found.length == 0) {
                throw new RunStoppedException("discovery", "the buckets cannot be listed");
            }
            return buckets(found);
        });
    }

    private static HubConfig weekly(HubConfig config, String... buckets) {
        return config.with(JsonObject.of(
                "automation",
                JsonObject.of(
                        "schedules",
                        JsonArray.of(JsonObject.of(
                                "name",
                                "weekly",
                                "interval_hours",
                                168,
                                "buckets",
                                new JsonArray(List.of(buckets)))))));
    }

    @Test
    void aScheduleIsForItsBucketsAndMainForTheOthers() throws Exception {
        HubConfig config = weekly(config(false, "aaa", "bbb", "ccc"), "bbb");
        assertThat(names(scheduled(config, "weekly").resolve(List.of(), true))).containsExactly("bbb");
        assertThat(names(scheduled(config, "main").resolve(List.of(), true))).containsExactly("aaa", "ccc");
    }

    @Test
    void aScheduleNeedsNobodyWhoListsTheBucketsAndOneThatIsNotThereCostsNoOther() throws Exception {
        HubConfig config = weekly(config(true, "aaa"), "hidden", "aaa");
        assertThat(names(scheduled(config, "weekly").resolve(List.of(), true))).containsExactly("hidden", "aaa");
    }

    @Test
    void whatIsFoundBelongsToMainUnlessAScheduleNamesIt() throws Exception {
        HubConfig config = weekly(config(true), "bbb");
        assertThat(names(scheduled(config, "main", "aaa", "bbb", "ccc").resolve(List.of(), true)))
                .containsExactly("aaa", "ccc");
        assertThat(scheduled(config, "main", "bbb").resolve(List.of(), true)).isEmpty();
        assertThat(names(selection(config, List.of(), "aaa").resolve(List.of(), true)))
                .as("all, whether or not it is listed")
                .containsExactly("bbb", "aaa");
    }

    @Test
    void aRunByScheduleDropsWhatWasTakenOutOfTheConfiguration() {
        HubConfig config = weekly(config(false, "aaa", "bbb"), "bbb");
        assertThat(names(scheduled(config, "weekly").leftOut(List.of("aaa", "bbb", "gone"))))
                .containsExactly("aaa", "bbb");
    }

    private static final S3Message.Undiscovered UNNAMED = new S3Message.Undiscovered(null, "no keys");
    private static final S3Message.Undiscovered ARCHIVE = new S3Message.Undiscovered("archive", "it is down");

    private static BucketSelection several(List<String> only, S3Message.Undiscovered... undiscovered) {
        HubConfig config = ConfigParser.parse(new JsonObject()
                .put("use_dynamic_buckets", true)
                .put("accounts", JsonObject.of("archive", new JsonObject(), "offsite", new JsonObject())));
        List<S3Message.Bucket> found = List.of(new S3Message.Bucket("aaa", null, null).of("offsite"));
        return new BucketSelection(config, only, null, () -> new S3Message.Buckets(found, List.of(undiscovered)));
    }

    @Test
    void ofAnAccountThatDoesNotTellThoseOfTheLastSnapshotAreTried() throws Exception {
        BucketSelection selection = several(List.of(), ARCHIVE);

        assertThat(names(selection.resolve(List.of("bbb", "bbb@archive", "ccc@gone"), true)))
                .containsExactly("aaa@offsite", "bbb@archive");
        assertThat(selection.undiscovered()).containsExactly(ARCHIVE);
    }

    @Test
    void whereNoAccountTellsAndNothingIsKnownItSaysWhy() {
        BucketSelection selection = new BucketSelection(
                config(true), List.of(), null, () -> new S3Message.Buckets(List.of(), List.of(UNNAMED, ARCHIVE)));

        assertThatThrownBy(() -> selection.resolve(List.of(), true))
                .hasMessage("the buckets could not be discovered; *: no keys; *@archive: it is down");
    }

    @Test
    void mainHasNotNothingToDoWhereAnAccountDoesNotTell() {
        BucketSelection selection = new BucketSelection(
                weekly(config(true), "bbb"),
                List.of(),
                "main",
                () -> new S3Message.Buckets(buckets("bbb").buckets(), List.of(ARCHIVE)));

        assertThatThrownBy(() -> selection.resolve(List.of("bbb"), true))
                .hasMessage("the buckets could not be discovered; *@archive: it is down");
    }

    @Test
    void aScheduleOfABucketOfTheAccountWithoutANameNeedsThatAccount() throws Exception {
        HubConfig named = ConfigParser.parse(new JsonObject()
                .put("use_dynamic_buckets", true)
                .put("accounts", JsonObject.of("archive", new JsonObject())));
        BucketSelection selection = new BucketSelection(
                weekly(named, "bbb"), List.of(), null, () -> new S3Message.Buckets(List.of(), List.of(UNNAMED)));

        assertThat(names(selection.resolve(List.of(), false))).containsExactly("bbb");
        assertThat(selection.undiscovered()).containsExactly(UNNAMED);
        assertThat(weekly(named, "bbb@archive").needsUnnamedAccount()).isFalse();
    }

    @Test
    void theAccountOfAnEnvironmentWithoutKeysIsNoneWhereOthersHaveNamesUnlessSomethingIsOfIt() throws Exception {
        BucketSelection without = several(List.of(), UNNAMED);
        BucketSelection copied = several(List.of(), UNNAMED);

        assertThat(names(without.resolve(List.of("bbb@archive"), false))).containsExactly("aaa@offsite");
        assertThat(without.undiscovered()).isEmpty();
        assertThat(names(copied.resolve(List.of("bbb"), false))).containsExactly("aaa@offsite", "bbb");
        assertThat(copied.undiscovered()).containsExactly(UNNAMED);
    }

    @Test
    void aRunOfSomeBucketsHasNothingToSayOfAnAccountThatDoesNotTell() throws Exception {
        BucketSelection selection = several(List.of("aaa@offsite"), ARCHIVE);

        assertThat(names(selection.resolve(List.of(), true))).containsExactly("aaa@offsite");
        assertThat(selection.undiscovered()).isEmpty();
    }

    @Test
    void aServerThatNamesABucketOfAnotherAccountIsNotBelieved() throws Exception {
        BucketSelection selection = new BucketSelection(
                config(true),
                List.of(),
                null,
                () -> new S3Message.Buckets(Stream.of("aaa", "bbb@archive")
                        .map(name -> new S3Message.Bucket(name, null, null).of(null))
                        .toList()));

        assertThat(names(selection.resolve(List.of(), true))).containsExactly("aaa");
    }
}
