package io.hubstorage.notify.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.AlertMessage.Outcome;
import io.hubstorage.notify.Event;
import io.hubstorage.notify.Message;
import io.hubstorage.notify.Severity;
import io.hubstorage.notify.alerts.Alerts.Addressed;
import io.hubstorage.notify.alerts.Alerts.Decision;
import io.hubstorage.notify.alerts.ChannelQueue.Step;
import io.hubstorage.notify.alerts.Policy.Subscriber;
import io.hubstorage.notify.channels.Receipt;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One channel and what waits for it, on a clock of the test's. */
final class ChannelQueueTest {
    private static final Instant T0 = Instant.parse("2026-11-13T18:00:00Z");
    private static final String PHONE = "phone";
    private static final Receipt BUSY = new Receipt.TryAgain("503", null);
    private static final Receipt NOT_FOUND = new Receipt.Refused("404");
    private static final Policy POLICY = new Policy(
            List.of(new Subscriber(PHONE, Subscriber.USUAL, Severity.INFO, true, Set.of())),
            new Policy.Rhythm(Duration.ofHours(24), 20, null, null),
            ZoneOffset.UTC,
            "");

    @TempDir
    Path folder;

    @AutoClose
    private Outbox outbox;

    private ChannelQueue queue;
    private final Message first = message("m1");

    @BeforeEach
    void twoMessagesWait() throws IOException {
        outbox = Outbox.open(folder);
        outbox.decided(new Decision(
                new AlertState(2, T0, T0, List.of(), Map.of()),
                Stream.of(first, message("m2"))
                        .map(each -> new Addressed(each, List.of(PHONE)))
                        .toList()));
        queue = new ChannelQueue(PHONE, outbox);
    }

    private static Message message(String id) {
        return new Message(
                id,
                T0,
                Event.DAMAGE,
                Severity.CRITICAL,
                Message.State.RAISED,
                "stored files",
                "Title",
                "Text",
                List.of(),
                "",
                null);
    }

    private static Instant after(Duration time) {
        return T0.plus(time);
    }

    @Test
    void whatIsRefusedIsTriedTwiceMoreSinceAProxyMayRestart() {
        assertThat(queue.received(first, NOT_FOUND, T0))
                .isEqualTo(new ChannelQueue.Ended(Outcome.FAILED, 1, "404", T0.plusSeconds(30)));
        // That it is also out of reach in between takes none of its tries.
        queue.received(first, BUSY, T0.plusSeconds(30));
        queue.received(first, BUSY, T0.plusSeconds(90));
        assertThat(queue.received(first, NOT_FOUND, T0.plusSeconds(210)))
                .isEqualTo(new ChannelQueue.Ended(Outcome.FAILED, 4, "404", T0.plusSeconds(510)));
        assertThat(queue.received(first, NOT_FOUND, T0.plusSeconds(510)).outcome())
                .isEqualTo(Outcome.GIVEN_UP);
        assertThat(queue.next(POLICY, T0.plusSeconds(510))).isEqualTo(new Step.Send(message("m2"), 1));
    }

    @Test
    void afterAWeekendSwitchedOffWhatWaitedIsTriedBeforeItIsGivenUp() {
        Instant monday = after(Duration.ofDays(3).plusHours(1));
        assertThat(queue.next(POLICY, monday)).isEqualTo(new Step.Send(first, 1));
        // The network is not there yet.
        queue.received(first, BUSY, monday);
        assertThat(queue.next(POLICY, monday.plusSeconds(30))).isEqualTo(new Step.Send(first, 2));
        for (int attempt = 2; attempt <= 5; attempt++) {
            queue.received(first, BUSY, monday.plusSeconds(30));
        }
        assertThat(queue.next(POLICY, monday.plusSeconds(30))).isInstanceOf(Step.GivenUp.class);
        assertThat(queue.next(POLICY, monday.plusSeconds(30))).isInstanceOf(Step.GivenUp.class);
        assertThat(queue.next(POLICY, monday.plusSeconds(30))).isEqualTo(new Step.Idle());
    }

    @Test
    void whatIsTwiceAsOldIsGivenUpUntried() {
        assertThat(queue.next(POLICY, after(Duration.ofDays(6).plusSeconds(1)))).isInstanceOf(Step.GivenUp.class);
    }

    @Test
    void whatWaitsForAChannelThatIsSwitchedOffForAWhileGoesOutAfterwards() {
        assertThat(queue.next(Policy.NONE, after(Duration.ofDays(1))))
                .isEqualTo(new Step.Wait(after(ChannelQueue.OLDEST)));
        assertThat(queue.next(POLICY, after(Duration.ofDays(2)))).isEqualTo(new Step.Send(first, 1));
        assertThat(queue.next(Policy.NONE, after(ChannelQueue.OLDEST.plusSeconds(1))))
                .isInstanceOf(Step.GivenUp.class);
    }

    @Test
    void aClockThatIsPutBackHoldsNothingUp() {
        Instant ahead = after(Duration.ofDays(365));
        queue.received(first, BUSY, ahead);
        assertThat(queue.next(POLICY, T0)).isEqualTo(new Step.Send(first, 2));
        // By less, it waits as long as a receiver may ask for.
        queue.received(first, new Receipt.TryAgain("429", Duration.ofHours(24)), T0);
        assertThat(queue.next(POLICY, T0.plusSeconds(1))).isEqualTo(new Step.Wait(T0.plusSeconds(86_400)));
    }
}
