package io.hubstorage.web.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import io.hubstorage.web.auth.Role;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ReplayTest {
    private static Frame frame(long sequence, Frame.Kind kind) {
        return Frame.of("e", sequence, kind, Role.VIEWER, "log", new JsonObject().put("text", "line\nbreak"));
    }

    private static List<Long> sequences(List<Frame> frames) {
        return frames.stream().map(Frame::sequence).toList();
    }

    @Test
    void aFrameIsOneEventOnTheWire() {
        assertThat(frame(7, Frame.Kind.LOG).bytes().toString())
                .isEqualTo("id: e-7\nevent: log\ndata: {\"text\":\"line\\nbreak\"}\n\n");
    }

    @Test
    void onlyIdsOfOursAreTaken() {
        assertThat(Frame.sequence("m3x-12", "m3x")).contains(12L);
        for (String other :
                new String[] {"", "12", "m3x-", "-1", "m3x-1-2", "m3y-1", "M3X-1", "m3x-9999999999999999999"}) {
            assertThat(Frame.sequence(other, "m3x")).as(other).isEmpty();
        }
        assertThat(Frame.sequence(null, "m3x")).isEmpty();
    }

    @Test
    void theRingReplaysAllThatFollowsOrSaysThatItCannot() {
        qt().forAll(
                        integers().between(1, 20),
                        integers().between(0, 60),
                        integers().between(0, 60))
                .checkAssert((room, events, last) -> {
                    Backlog ring = new Backlog(room, Long.MAX_VALUE);
                    for (long sequence = 1; sequence <= events; sequence++) {
                        ring.add(frame(sequence, Frame.Kind.LOG));
                    }
                    Optional<List<Frame>> replay = ring.after(last);
                    assertThat(replay.isEmpty()).isEqualTo(last < events - room);
                    replay.ifPresent(frames -> assertThat(frames).hasSize(Math.max(0, events - last)));
                });
    }

    @Test
    void theRingIsBoundedInBytes() {
        int size = frame(1, Frame.Kind.LOG).size();
        Backlog ring = new Backlog(1000, 3L * size);
        for (long sequence = 1; sequence <= 9; sequence++) {
            ring.add(frame(sequence, Frame.Kind.LOG));
        }
        assertThat(ring.after(5)).isEmpty();
        assertThat(sequences(ring.after(6).orElseThrow())).containsExactly(7L, 8L, 9L);
    }

    @Test
    void aBacklogGivesBackInOrderWithTheLatestProgressOnly() {
        qt().forAll(lists().of(integers().between(0, 1)).ofSizeBetween(0, 30)).checkAssert(kinds -> {
            Backlog backlog = new Backlog(100, Long.MAX_VALUE);
            long sequence = 0;
            long latest = 0;
            List<Long> expected = new ArrayList<>();
            for (int kind : kinds) {
                sequence++;
                Frame.Kind what = kind == 0 ? Frame.Kind.PROGRESS : Frame.Kind.LOG;
                assertThat(backlog.offer(frame(sequence, what))).isTrue();
                if (kind == 0) {
                    expected.remove(latest);
                    latest = sequence;
                }
                expected.add(sequence);
            }
            List<Long> given = new ArrayList<>();
            for (Frame next = backlog.poll(); next != null; next = backlog.poll()) {
                given.add(next.sequence());
            }
            assertThat(given).isEqualTo(expected);
            assertThat(backlog.isEmpty()).isTrue();
        });
    }

    @Test
    void aBacklogThatOverflowsForgetsEverything() {
        Backlog backlog = new Backlog(2, Long.MAX_VALUE);
        assertThat(backlog.offer(frame(1, Frame.Kind.LOG))).isTrue();
        assertThat(backlog.offer(frame(2, Frame.Kind.LIFECYCLE))).isTrue();
        assertThat(backlog.offer(frame(3, Frame.Kind.PROGRESS))).isTrue();
        assertThat(backlog.offer(frame(4, Frame.Kind.LOG))).isFalse();
        assertThat(backlog.isEmpty()).isTrue();
    }
}
