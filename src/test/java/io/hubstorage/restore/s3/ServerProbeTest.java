package io.hubstorage.restore.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.Tally;
import io.hubstorage.restore.targets.Target.Checked;
import io.hubstorage.restore.targets.Target.Demand;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.WriteSide.Care;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What can be told of a server and its bucket before anything is written. */
final class ServerProbeTest extends SyntheticTarget {
    @Test
    void whatItsServerCannotDoIsToldBeforehand() throws Exception {
        assertThat(open().target().check(TestTarget.SOMETHING)).isEqualTo(new Checked(List.of(), List.of()));
        assertThat(bucket.objects()).as("what was tried is gone").isEmpty();

        writes.conditions(Care.IGNORED)
                .checksums(Care.IGNORED)
                .contentMd5(Care.IGNORED)
                .tagging(Care.IGNORED, Care.REFUSED);
        Checked poor = open().target().check(TestTarget.SOMETHING);
        assertThat(poor.warnings())
                .satisfiesExactlyInAnyOrder(
                        each -> assertThat(each).contains("conditional writes"),
                        each -> assertThat(each).contains("checksum"));
        assertThat(poor.problems())
                .singleElement()
                .asString()
                .contains("tags on 1 object")
                .contains("--without-tags");
        assertThat(bucket.objects()).isEmpty();

        Checked without = open(new ObjectAttributes(null, false, true, Map.of()), false)
                .target()
                .check(TestTarget.SOMETHING);
        assertThat(without.problems()).isEmpty();
        assertThat(without.warnings()).anyMatch(each -> each.contains("tags of 1 object are left out"));
    }

    @ParameterizedTest
    @EnumSource(
            value = Care.class,
            names = {"HEEDED", "IGNORED"})
    void whatWasTriedInAVersionedBucketLeavesNoVersionThere(Care conditions) throws Exception {
        writes.versioned().conditions(conditions);

        open().target().check(TestTarget.SOMETHING);

        assertThat(server.log().requests(request -> request.kind() == RequestKind.PUT))
                .isNotEmpty();
        assertThat(writes.versions(".hubstorage-probe-r1")).isEmpty();
        assertThat(bucket.objects()).isEmpty();
    }

    @Test
    void aPlanThatChangesNothingTriesNothing() throws Exception {
        assertThat(open().target().check(new Demand(Tally.ZERO, 0, 0, 0))).isEqualTo(new Checked(List.of(), List.of()));

        assertThat(server.log().requests(request -> request.kind().writes())).isEmpty();
    }

    @Test
    void aBucketThatIsNotThereIsCreatedOnlyWhenAskedTo() throws Exception {
        server.removeBucket(TestTarget.BUCKET);
        assertThat(open().target().check(TestTarget.SOMETHING).problems())
                .singleElement()
                .asString()
                .contains("--create-bucket");

        TestTarget creating = open(new ObjectAttributes(null, false, false, Map.of()), true);
        assertThat(creating.target().check(TestTarget.SOMETHING).warnings())
                .singleElement()
                .asString()
                .contains("will be created");
        creating.target().prepare();
        creating.write(creating.item("k", 10), ABSENT);

        assertThat(server.bucket(TestTarget.BUCKET).get("k").size()).isEqualTo(10);
    }

    @Test
    void whoMayNotWriteHearsOfIt() throws Exception {
        server.faults().when(RequestKind.PUT).then(Fault.accessDenied());

        assertThat(open().target().check(TestTarget.SOMETHING).problems())
                .singleElement()
                .asString()
                .contains("s3:PutObject")
                .contains("RESTORE_AWS_");
    }
}
