package io.hubstorage.web.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class SessionsTest {
    private static final Duration IDLE = Duration.ofHours(24);

    private Instant now = Instant.parse("2026-11-20T08:00:00Z");
    private final Sessions sessions = new Sessions(() -> now, 10);

    private void pass(Duration time) {
        now = now.plus(time);
    }

    @Test
    void aLoginIsFoundByItsIdAloneAndNoTwoAreAlike() {
        Session one = sessions.begin(Identity.PASSWORD);
        Session other = sessions.begin(Identity.PASSWORD);

        assertThat(one.id()).isNotEqualTo(other.id()).hasSizeGreaterThan(40);
        assertThat(one.pageToken()).isNotEqualTo(other.pageToken()).isNotEqualTo(one.id());
        assertThat(sessions.find(one.id(), IDLE)).containsSame(one);
        assertThat(sessions.find(one.id() + "x", IDLE)).isEmpty();
        assertThat(one.isPageToken(one.pageToken())).isTrue();
        assertThat(one.isPageToken(other.pageToken())).isFalse();
    }

    @Test
    void whatBeginsWithALoginThatHasJustEndedEndsAtOnce() {
        Session session = sessions.begin(Identity.PASSWORD);
        AtomicInteger ended = new AtomicInteger();
        session.onEnd(() -> {
            throw new IllegalStateException("cannot be ended");
        });
        session.onEnd(ended::incrementAndGet);
        sessions.end(session);
        assertThat(ended).as("though another one cannot be ended").hasValue(1);
        session.onEnd(ended::incrementAndGet).run();
        assertThat(ended).hasValue(2);
    }

    @Test
    void whatIsNotUsedForLongEnds() {
        Session session = sessions.begin(Identity.PASSWORD);
        pass(Duration.ofHours(23));
        assertThat(sessions.find(session.id(), IDLE)).isPresent();
        pass(Duration.ofHours(23));
        assertThat(sessions.find(session.id(), IDLE)).isPresent();
        pass(Duration.ofHours(24));
        assertThat(sessions.find(session.id(), IDLE)).isEmpty();
        assertThat(sessions.count()).isZero();
    }

    @Test
    void anOpenPageKeepsItsLoginForThirtyDaysAndNoLonger() {
        Session session = sessions.begin(Identity.PASSWORD);
        AtomicInteger ended = new AtomicInteger();
        session.onEnd(ended::incrementAndGet);
        for (int hour = 0; hour < 30 * 24 - 1; hour++) {
            pass(Duration.ofHours(1));
            sessions.sweep(IDLE);
        }
        assertThat(ended).hasValue(0);
        pass(Duration.ofHours(1));
        sessions.sweep(IDLE);
        assertThat(ended).hasValue(1);
        assertThat(sessions.count()).isZero();
    }

    @Test
    void whatHangsOnALoginEndsWithItUnlessLetGo() {
        Session session = sessions.begin(Identity.PASSWORD);
        AtomicInteger ended = new AtomicInteger();
        session.onEnd(ended::incrementAndGet);
        session.onEnd(ended::incrementAndGet).run();
        assertThat(session.hasEndHandlers()).isTrue();

        sessions.end(session);
        sessions.end(session);

        assertThat(ended).hasValue(1);
        assertThat(session.hasEndHandlers()).isFalse();
    }

    @Test
    void thereAreNeverMoreThanSoManyAndTheLeastUsedGoesFirst() {
        Session first = sessions.begin(Identity.PASSWORD);
        Session second = sessions.begin(Identity.PASSWORD);
        for (int i = 0; i < 8; i++) {
            sessions.begin(Identity.PASSWORD);
        }
        sessions.find(first.id(), IDLE);

        sessions.begin(Identity.PASSWORD);

        assertThat(sessions.count()).isEqualTo(10);
        assertThat(sessions.find(first.id(), IDLE)).isPresent();
        assertThat(sessions.find(second.id(), IDLE)).isEmpty();
    }

    @Test
    void oneThatWasKeptGoesOnUnderItsSecretAndLastsNoLonger() {
        Session session = sessions.begin(new Identity("somebody", Role.VIEWER, Identity.Via.OIDC));
        pass(Duration.ofHours(20));
        sessions.find(session.id(), IDLE);
        Sessions next = new Sessions(() -> now, 10);
        next.resume(sessions.kept());

        Session found = next.find(session.id(), IDLE).orElseThrow();
        assertThat(found.identity()).isEqualTo(session.identity());
        assertThat(found.pageToken()).isEqualTo(session.pageToken());
        assertThat(sessions.kept().toString()).doesNotContain(session.id()).doesNotContain(session.pageToken());
        pass(Duration.ofHours(24));
        assertThat(next.find(session.id(), IDLE)).isEmpty();
    }

    @Test
    void aClockThatWasAheadMakesNoLoginLastLonger() {
        Session session = sessions.begin(Identity.PASSWORD);
        pass(Duration.ofDays(-300));
        Sessions next = new Sessions(() -> now, 10);
        next.resume(sessions.kept());
        pass(Duration.ofHours(24));
        assertThat(next.find(session.id(), IDLE)).isEmpty();
    }
}
