package io.hubstorage.web.sse;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.web.auth.Role;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BacklogTest {
    private static Frame frame(long sequence) {
        return Frame.of(
                "e", sequence, Frame.Kind.LOG, Role.VIEWER, "log", new JsonObject().put("text", "always as long"));
    }

    @Test
    void whatWasReadGivesItsRoomBack() {
        Backlog backlog = new Backlog(9, 2L * frame(10).size());
        List<Long> read = new ArrayList<>();
        for (int i = 10; i < 15; i++) {
            assertThat(backlog.offer(frame(i))).as("event %d", i).isTrue();
            Frame next = backlog.poll();
            assertThat(next).isNotNull();
            read.add(next.sequence());
        }
        assertThat(read).containsExactly(10L, 11L, 12L, 13L, 14L);
    }

    @Test
    void whatDoesNotFitDropsAll() {
        Backlog backlog = new Backlog(9, 2L * frame(10).size());
        assertThat(backlog.offer(frame(10))).isTrue();
        assertThat(backlog.offer(frame(11))).isTrue();
        assertThat(backlog.offer(frame(12))).isFalse();
        assertThat(backlog.isEmpty()).isTrue();
    }

    @Test
    void progressLargerThanTheBoundsPushesNothingOut() {
        Frame status = frame(10);
        Backlog replay = new Backlog(1, status.size());
        replay.add(status);
        replay.add(progress(11));
        replay.add(progress(12));
        assertThat(sequences(replay)).containsExactly(10L, 12L);
        replay.add(frame(13));
        assertThat(replay.after(9)).isEmpty();
        assertThat(replay.after(10).orElseThrow()).extracting(Frame::sequence).containsExactly(12L, 13L);
        replay.add(frame(14));
        assertThat(replay.after(12)).isEmpty();

        assertThat(replay.after(13).orElseThrow()).extracting(Frame::sequence).containsExactly(14L);

        Backlog waiting = new Backlog(1, status.size());
        assertThat(waiting.offer(progress(9))).isTrue();
        assertThat(waiting.offer(status)).isTrue();
        assertThat(waiting.offer(progress(11))).isTrue();
        assertThat(sequences(waiting)).containsExactly(10L, 11L);
        assertThat(waiting.poll()).isEqualTo(status);
        assertThat(waiting.offer(frame(12))).isTrue();
    }

    @Test
    void ofEachKindOfJobTheLatestProgressStaysUntilThatEnds() {
        Backlog replay = new Backlog(1, frame(10).size());
        replay.add(progress(10));
        replay.add(progress(11, "restore.progress"));
        replay.add(frame(12));
        replay.add(progress(13));
        replay.add(frame(14));
        assertThat(replay.after(12).orElseThrow()).extracting(Frame::sequence).containsExactly(13L, 14L);
        assertThat(replay.after(10)).as("12 is forgotten").isEmpty();
        replay.forgetProgress("backup.progress");
        replay.add(progress(15, "restore.progress"));
        assertThat(replay.after(12).orElseThrow()).extracting(Frame::sequence).containsExactly(14L, 15L);

        Backlog waiting = new Backlog(9, 9L * frame(10).size());
        assertThat(waiting.offer(progress(20))).isTrue();
        assertThat(waiting.offer(progress(21, "restore.progress"))).isTrue();
        assertThat(waiting.offer(progress(22))).isTrue();
        assertThat(sequences(waiting)).containsExactly(21L, 22L);
        Frame next = waiting.poll();
        assertThat(next).isNotNull();
        assertThat(next.event()).isEqualTo("restore.progress");
    }

    private static Frame progress(long sequence) {
        return progress(sequence, "backup.progress");
    }

    private static Frame progress(long sequence, String event) {
        JsonObject large = new JsonObject().put("text", "x".repeat(10_000));
        return Frame.of("e", sequence, Frame.Kind.PROGRESS, Role.VIEWER, event, large);
    }

    private static List<Long> sequences(Backlog backlog) {
        return backlog.after(0).orElseThrow().stream().map(Frame::sequence).toList();
    }
}
