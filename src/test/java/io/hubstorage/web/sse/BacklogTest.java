package io.hubstorage.web.sse;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BacklogTest {
    private static Frame frame(long sequence) {
        return Frame.of("e", sequence, Frame.Kind.LOG, "log", new JsonObject().put("text", "always as long"));
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
}
