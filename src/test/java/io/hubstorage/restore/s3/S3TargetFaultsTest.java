package io.hubstorage.restore.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hubstorage.manifest.ManifestEntry.Upload;
import io.hubstorage.restore.s3.TestTarget.Item;
import io.hubstorage.restore.s3.TestTarget.Traits;
import io.hubstorage.restore.targets.Target.Condition;
import io.hubstorage.restore.targets.Target.ConflictException;
import io.hubstorage.restore.targets.Target.TargetException;
import io.hubstorage.testkit.Fault;
import io.hubstorage.testkit.HeldRequests;
import io.hubstorage.testkit.RequestKind;
import io.hubstorage.testkit.SyntheticBody;
import io.hubstorage.testkit.SyntheticObject;
import io.hubstorage.testkit.WriteSide.Care;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What goes wrong while an object is written: it comes right, or it is named and nothing of it stays. */
final class S3TargetFaultsTest extends SyntheticTarget {
    private TestTarget target;

    @BeforeEach
    void openOne() {
        target = open();
    }

    @Override
    Duration stall() {
        return TestTarget.STALL;
    }

    /** What may happen to a request. */
    @SuppressWarnings("ImmutableEnumChecker") // None of the faults used here has a state.
    enum Mishap {
        SLOW_DOWN(Fault.slowDown()),
        INTERNAL_ERROR(Fault.internalError()),
        GATEWAY(new Fault.Status(502, "", "Bad Gateway")),
        BAD_DIGEST(new Fault.Status(400, "BadDigest", "The Content-MD5 you specified did not match")),
        RESET_AT_ONCE(Fault.reset()),
        RESET_WHILE_SENT(Fault.resetWhileSent(0.5)),
        DONE_AND_RESET(Fault.resetAt(0.5)),
        DONE_AND_CUT(Fault.cutAt(0.5)),
        DONE_AND_SILENT(Fault.stallAt(0.5)),
        SILENT(Fault.hang()),
        OTHER_BYTES(Fault.corruptAt(0.5)),
        DONE_AND_LATE(Fault.late(TestTarget.STALL.plus(Duration.ofMillis(500))));

        private final Fault fault;

        Mishap(Fault fault) {
            this.fault = fault;
        }

        /** Whether it ends with a silence that takes its time. */
        boolean isSlow() {
            return this == DONE_AND_SILENT || this == SILENT || this == DONE_AND_LATE;
        }
    }

    private static final List<RequestKind> KINDS = List.of(
            RequestKind.PUT,
            RequestKind.BEGIN_UPLOAD,
            RequestKind.PUT_PART,
            RequestKind.COMPLETE_UPLOAD,
            RequestKind.PUT_TAGGING,
            RequestKind.HEAD);

    static Stream<Arguments> passing() {
        return KINDS.stream().flatMap(kind -> Arrays.stream(Mishap.values()).map(mishap -> Arguments.of(kind, mishap)));
    }

    static Stream<Arguments> lasting() {
        return KINDS.stream()
                .flatMap(kind -> Arrays.stream(Mishap.values())
                        .filter(mishap -> !mishap.isSlow())
                        .map(mishap -> Arguments.of(kind, mishap)));
    }

    private Item prepare(RequestKind kind) throws Exception {
        boolean parts = kind != RequestKind.PUT && kind != RequestKind.PUT_TAGGING && kind != RequestKind.HEAD;
        Upload upload = parts ? TestTarget.inPartsOf(4_000) : Upload.UNKNOWN;
        Map<String, String> tags = kind == RequestKind.PUT_TAGGING ? Map.of("a", "b") : Map.of();
        if (kind == RequestKind.PUT_TAGGING) {
            writes.tagging(Care.IGNORED, Care.HEEDED);
        }
        target.target().prepare();
        return target.item(
                "k",
                SyntheticBody.bytes(1, 0, 10_000),
                new Traits(upload, Traits.metadata(Map.of(), Map.of(), tags, null)));
    }

    private void requireRight(Item item) throws Exception {
        SyntheticObject there = bucket.get("k");
        assertThat(there.body()).isEqualTo(Files.readAllBytes(item.file()));
        assertThat(there.etag()).isEqualTo(item.entry().etag());
        assertThat(bucket.tags("k")).isEqualTo(item.entry().metadata().tags());
        assertThat(writes.unfinished()).isZero();
    }

    @ParameterizedTest
    @MethodSource("passing")
    void whatPassesIsOvercome(RequestKind kind, Mishap mishap) throws Exception {
        Item item = prepare(kind);
        server.faults().when(kind).times(1).then(mishap.fault);

        target.write(item, ABSENT);

        target.target().clear();
        requireRight(item);
    }

    @ParameterizedTest
    @MethodSource("lasting")
    void whatLastsIsNamedAndLeavesNothingHalf(RequestKind kind, Mishap mishap) throws Exception {
        Item item = prepare(kind);
        var rule = server.faults().when(kind).then(mishap.fault);

        boolean written;
        try {
            target.write(item, ABSENT);
            written = true;
        } catch (TargetException | ConflictException named) {
            assertThat(named.getMessage()).isNotBlank();
            written = false;
        }

        if (rule.hits() > 0) {
            server.faults().clear();
        }
        target.target().clear();
        assertThat(writes.unfinished()).isZero();
        if (written) {
            requireRight(item);
        } else if (bucket.find("k") != null) {
            assertThat(bucket.get("k").body()).isEqualTo(Files.readAllBytes(item.file()));
        }
    }

    /** A server that compares nothing has kept other bytes: only their ETag tells. */
    @ParameterizedTest
    @MethodSource("blind")
    void otherBytesAreFoundOutAfterwards(RequestKind kind, Condition condition) throws Exception {
        writes.checksums(Care.IGNORED).contentMd5(Care.IGNORED);
        Item item = prepare(kind);
        server.faults().when(kind).times(1).then(Fault.corruptAt(0.5));

        target.write(item, condition);

        requireRight(item);
    }

    /** A later round would take them for somebody else's. */
    @ParameterizedTest
    @EnumSource(
            value = RequestKind.class,
            names = {"PUT", "PUT_PART"})
    void otherBytesThatLastAreTakenBackWhereNothingWasBefore(RequestKind kind) throws Exception {
        writes.checksums(Care.IGNORED).contentMd5(Care.IGNORED);
        Item item = prepare(kind);
        // Not the parts' own ETags tell it, but the object's.
        server.faults().when(kind).then(Fault.corruptAt(0.5));

        assertThatThrownBy(() -> target.write(item, ABSENT))
                .isInstanceOfSatisfying(
                        TargetException.class,
                        failure -> assertThat(failure.mayPass()).isEqualTo(kind == RequestKind.PUT_PART));

        assertThat(bucket.find("k")).isNull();
    }

    @Test
    void whatCameRightInTheEndIsNotTakenBackForItsTags() throws Exception {
        writes.checksums(Care.IGNORED).contentMd5(Care.IGNORED);
        Item item = prepare(RequestKind.PUT_TAGGING);
        server.faults().when(RequestKind.PUT).times(1).then(Fault.corruptAt(0.5));
        server.faults().when(RequestKind.PUT_TAGGING).then(Fault.accessDenied());

        assertThatThrownBy(() -> target.write(item, ABSENT))
                .isInstanceOfSatisfying(
                        TargetException.class,
                        failure -> assertThat(failure.code()).isEqualTo("AccessDenied"));

        assertThat(bucket.get("k").body()).isEqualTo(Files.readAllBytes(item.file()));
    }

    @Test
    void otherBytesThatLastAndCannotBeTakenBackAreNamed() throws Exception {
        writes.checksums(Care.IGNORED).contentMd5(Care.IGNORED).conditions(Care.IGNORED);
        Item item = prepare(RequestKind.PUT);
        server.faults().when(RequestKind.PUT).then(Fault.corruptAt(0.5));

        assertThatThrownBy(() -> target.write(item, ABSENT))
                .isInstanceOfSatisfying(
                        TargetException.class,
                        failure -> assertThat(failure.mayPass()).isFalse())
                .hasMessageContaining("What is there now is not what was sent");
    }

    static Stream<Arguments> blind() {
        return Stream.of(RequestKind.PUT, RequestKind.PUT_PART)
                .flatMap(kind -> Stream.of(ABSENT, new Condition.Any()).map(each -> Arguments.of(kind, each)));
    }

    @Test
    void anErrorBehindA200IsOne() throws Exception {
        Item item = prepare(RequestKind.COMPLETE_UPLOAD);
        server.faults().when(RequestKind.COMPLETE_UPLOAD).times(1).then(Fault.errorIn200());

        target.write(item, ABSENT);

        requireRight(item);
    }

    @Test
    void aWriteThatComesThroughLateIsOurs() throws Exception {
        Item item = prepare(RequestKind.PUT);
        HeldRequests held = new HeldRequests();
        server.faults().when(RequestKind.PUT).times(1).then(Fault.hold(held));
        server.latency(Duration.ofMillis(20));
        // The client has given up waiting by then, and sends it again; meanwhile the first is done after all.
        server.onRequest(
                request -> request.kind() == RequestKind.PUT && request.key().equals("k") && held.arrived() > 0,
                request -> held.open());

        assertThat(target.write(item, ABSENT).proof()).isEqualTo("etag");
    }
}
