package io.hubstorage.backup.workers;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.WorkerMessage;
import io.hubstorage.bus.WorkerMessage.Share;
import io.hubstorage.bus.WorkersMessage;
import io.hubstorage.bus.WorkersMessage.State;
import io.hubstorage.bus.WorkersMessage.Worker;
import io.hubstorage.config.ConfigParser;
import io.hubstorage.config.HubConfig;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class WorkersTest {
    private static final Duration SILENCE = Duration.ofSeconds(5);

    private Instant now = Instant.parse("2026-03-04T12:00:00Z");
    private long nanos;
    private HubConfig config = transfer("{}");
    private final Workers workers = new Workers(() -> config, () -> now, SILENCE, () -> nanos);

    private static HubConfig transfer(String options) {
        return ConfigParser.parse(new JsonObject("""
            {"s3_buckets": ["photos"], "transfer": %s}\
            """.formatted(options)));
    }

    private Share heard(String id) {
        return workers.heard(new WorkerMessage.Hello(id, named(id), "1", now, "folder", true, null));
    }

    private Workers.Place take(String account) throws InterruptedException {
        return workers.take(account, _ -> true);
    }

    /** As time goes by in a process that is not held up. */
    private void passes(Duration time) {
        for (long left = time.toMillis(); left > 0; left -= Workers.TICK.toMillis()) {
            nanos += Workers.TICK.toNanos();
            now = now.plus(Workers.TICK);
            workers.tick();
        }
    }

    private List<String> names() {
        return names(workers);
    }

    private static List<String> names(Workers workers) {
        return workers.list().stream().map(Worker::name).toList();
    }

    private Workers startedAnew() {
        Workers next = new Workers(() -> config, () -> now, SILENCE, () -> nanos);
        next.expect(workers.known());
        return next;
    }

    private static String named(String id) {
        return "name of " + id;
    }

    @Test
    void aWorkerThatDoesNotListenYetIsHandedNothing() throws InterruptedException {
        workers.heard(new WorkerMessage.Hello("a", named("a"), "1", now, "folder", false, null));
        try (Workers.Place first = take("");
                Workers.Place second = take("")) {
            assertThat(List.of(first, second)).allMatch(Workers.Place::isLocal);
            assertThat(names()).doesNotContain(named("a"));

            heard("a");

            assertThat(names()).contains(named("a"));
            try (Workers.Place third = take("")) {
                assertThat(third.worker()).isEqualTo("a");
            }
        }
    }

    @Test
    void eachShardGoesToTheWorkerThatHasTheFewestAndTheOwnOneComesFirst() throws InterruptedException {
        heard("a");
        heard("b");

        List<String> taken = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            taken.add(take("").worker());
        }

        assertThat(taken).startsWith(Addresses.LOCAL_WORKER);
        assertThat(taken.subList(0, 3)).containsExactlyInAnyOrder(Addresses.LOCAL_WORKER, "a", "b");
        assertThat(taken.subList(3, 6)).containsExactlyInAnyOrder(Addresses.LOCAL_WORKER, "a", "b");
        assertThat(workers.list()).extracting(Worker::shards).containsExactly(2, 2, 2);
    }

    @Test
    void oneMoreShardOfAnAccountWaitsUntilAnotherHasEndedAndThoseOfOtherAccountsDoNot() throws Exception {
        List<Workers.Place> places = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            places.add(take("archive"));
        }
        CompletableFuture<Workers.Place> ninth = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                ninth.complete(take("archive"));
            } catch (InterruptedException e) {
                ninth.completeExceptionally(e);
            }
        });

        assertThat(take("").worker()).isEqualTo(Addresses.LOCAL_WORKER);
        assertThat(ninth).isNotDone();
        places.getFirst().close();

        assertThat(ninth.get(20, TimeUnit.SECONDS).worker()).isEqualTo(Addresses.LOCAL_WORKER);
    }

    @Test
    void aShardThatWaitsGoesToAWorkerThatJoins() throws Exception {
        for (int i = 0; i < 8; i++) {
            take("");
        }
        CompletableFuture<String> worker = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try (Workers.Place place = take("")) {
                worker.complete(place.worker());
            } catch (InterruptedException e) {
                worker.completeExceptionally(e);
            }
        });

        heard("a");

        assertThat(worker.get(20, TimeUnit.SECONDS)).isEqualTo("a");
    }

    @Test
    void aWorkerThatIsNotHeardIsLostWithItsShardsAndIsThereAgainWhenItIsHeard() throws Exception {
        Instant began = now;
        heard("a");
        Workers.Place own = take("");
        Workers.Place place = take("");

        passes(SILENCE);
        assertThat(names()).containsExactly(Addresses.LOCAL_WORKER, named("a"));
        assertThat(workers.list().getLast().state()).isEqualTo(State.READY);
        passes(Workers.TICK);

        place.gone().get(20, TimeUnit.SECONDS);
        assertThat(own.gone()).isNotDone();
        assertThat(workers.list().getLast().state()).isEqualTo(State.LOST);
        assertThat(workers.list().getLast().missingSince()).isEqualTo(began);
        assertThat(workers.count()).isEqualTo(1);
        assertThat(take("").worker()).isEqualTo(Addresses.LOCAL_WORKER);

        heard("a");

        assertThat(workers.list()).extracting(Worker::state).containsExactly(State.READY, State.READY);
        assertThat(take("").worker()).isEqualTo("a");
    }

    @Test
    void aWorkerThatGoesIsForgottenAtOnce() throws Exception {
        heard("a");
        take("");
        Workers.Place place = take("");

        workers.left("a");

        place.gone().get(20, TimeUnit.SECONDS);
        assertThat(names()).containsExactly(Addresses.LOCAL_WORKER);
        workers.left(Addresses.LOCAL_WORKER);
        assertThat(names()).containsExactly(Addresses.LOCAL_WORKER);
    }

    @Test
    void timeInWhichTheCoordinatorStoodStillCountsAgainstNobody() {
        heard("a");
        passes(Duration.ofSeconds(1));

        nanos += Duration.ofMinutes(2).toNanos();
        workers.tick();

        assertThat(workers.count()).isEqualTo(2);
        passes(SILENCE);
        assertThat(workers.count()).isEqualTo(1);
    }

    @Test
    void whoIsNotThereAfterTheCoordinatorStoodStillIsMissingSinceThen() {
        heard("a");
        passes(Duration.ofSeconds(1));
        now = now.plusSeconds(3600);
        nanos += Duration.ofHours(1).toNanos();
        workers.tick();

        passes(SILENCE);

        assertThat(workers.list().getLast().missingSince()).isAfter(now.minusSeconds(10));
    }

    @Test
    void thoseThatWorkShareRequestsAndBandwidth() throws InterruptedException {
        config = transfer("""
            {"max_concurrent_requests": 30, "limits": [{"from": "00:00", "to": "23:59", "mbit_per_second": 24}]}\
            """);
        assertThat(workers.local()).as("alone").isEqualTo(new Share(30, 3_000_000.0));
        heard("a");
        heard("b");
        try (Workers.Place _ = take("");
                Workers.Place _ = take("")) {
            assertThat(workers.local()).isEqualTo(new Share(15, 1_500_000.0));
            assertThat(heard("b")).as("what it may once it has a shard").isEqualTo(new Share(10, 1_000_000.0));
            try (Workers.Place _ = take("")) {
                assertThat(workers.local()).isEqualTo(new Share(10, 1_000_000.0));
            }
        }
        assertThat(workers.local()).isEqualTo(new Share(30, 3_000_000.0));
    }

    @Test
    void theMostThatCanBeSetIsWhatOneProcessCanAndNoLimitToSeveral() throws InterruptedException {
        heard("a");
        try (Workers.Place _ = take("");
                Workers.Place _ = take("")) {
            assertThat(workers.local()).isEqualTo(new Share(256, null));
            assertThat(heard("a")).isEqualTo(new Share(256, null));
        }
    }

    @Test
    void noMoreWorkersThanRequestsHaveShards() throws InterruptedException {
        config = transfer("{\"max_concurrent_requests\": 2}");
        heard("a");
        heard("b");

        List<String> taken = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            taken.add(take("").worker());
        }

        assertThat(taken)
                .containsExactlyInAnyOrder(Addresses.LOCAL_WORKER, Addresses.LOCAL_WORKER, taken.get(1), taken.get(1));
        assertThat(workers.local().requests()).isEqualTo(1);
    }

    @Test
    void whatEachBringsInIsTold() throws InterruptedException {
        heard("a");
        take("");
        Workers.Place place = take("");
        passes(Duration.ofSeconds(1));

        place.received(5_000_000);
        place.received(3_000_000);
        nanos += Duration.ofSeconds(1).toNanos();
        workers.tick();

        assertThat(workers.list().getFirst().bytesPerSecond()).isZero();
        assertThat(workers.list().getLast().bytesPerSecond()).isPositive().isLessThan(5_000_001);
    }

    @Test
    void oneThatIsKilledAndStartedAnewUnderItsNameIsNotLost() {
        heard("a");
        passes(Duration.ofSeconds(1));
        for (int second = 0; second < 10; second++) {
            workers.heard(new WorkerMessage.Hello("b", named("a"), "1", now, "folder", true, null));
            passes(Duration.ofSeconds(1));
        }

        assertThat(workers.list()).extracting(Worker::state).containsExactly(State.READY, State.READY);
        assertThat(workers.lostSince(now.minusSeconds(60)))
                .as("what it had went to others")
                .hasSize(1);
    }

    @Test
    void aLostWorkerIsListedUntilItIsForgottenOrAWeekIsOver() {
        heard("a");
        heard("b");
        passes(SILENCE.plus(Workers.TICK));
        assertThat(names()).containsExactly(Addresses.LOCAL_WORKER, named("a"), named("b"));

        assertThat(workers.forget(named("a"))).isTrue();
        assertThat(workers.forget(named("a"))).isFalse();
        assertThat(workers.forget("somebody")).isFalse();
        now = now.plus(MissingWorkers.REMEMBERED).minusSeconds(60);
        workers.tick();
        assertThat(names()).containsExactly(Addresses.LOCAL_WORKER, named("b"));
        now = now.plusSeconds(60);
        workers.tick();

        assertThat(names()).containsExactly(Addresses.LOCAL_WORKER);
        assertThat(workers.known()).isEmpty();
        heard("a");
        assertThat(names()).containsExactly(Addresses.LOCAL_WORKER, named("a"));
        assertThat(workers.forget(named("a"))).as("one that is there").isFalse();
    }

    @Test
    void whoIsNotLetInIsListedAsLongAsItAsks() {
        WorkerMessage.Hello hello = new WorkerMessage.Hello("a", "new", "1", now, "folder", true, null);
        Instant began = now;
        assertThat(workers.refused(hello, "its clock is off.")).isTrue();
        assertThat(workers.refused(hello, "its clock is off.")).as("news").isFalse();
        passes(Duration.ofSeconds(59));
        assertThat(workers.list().getLast()).satisfies(worker -> {
            assertThat(worker.state()).isEqualTo(State.REFUSED);
            assertThat(worker.problem()).isEqualTo("its clock is off.");
            assertThat(worker.missingSince()).isEqualTo(began);
        });
        assertThat(workers.forget("new")).as("it would be back at once").isFalse();
        assertThat(workers.known()).as("it was never there").isEmpty();

        passes(Duration.ofSeconds(2));

        assertThat(names()).containsExactly(Addresses.LOCAL_WORKER);
    }

    @Test
    void whatHasAnotherNameInEachTrialIsTheSameReason() {
        WorkerMessage.Hello hello = new WorkerMessage.Hello("a", "new", "1", now, "folder", true, null);
        String why = "the data folder is not shared (/data/.hubstorage/probes/%s/answer).";

        assertThat(workers.refused(hello, why.formatted(UUID.randomUUID()))).isTrue();
        String said = workers.list().getLast().problem();
        assertThat(workers.refused(hello, why.formatted(UUID.randomUUID()))).isFalse();

        assertThat(workers.list().getLast().problem()).isEqualTo(said);
        assertThat(workers.refused(hello, "its clock is off.")).isTrue();
    }

    @Test
    void oneThatWasThereAndIsRefusedIsMissingSinceItWasLastHeardAndLostWhenItAsksNoMore() throws Exception {
        heard("a");
        take("");
        Workers.Place place = take("");
        Instant heard = now;
        passes(Duration.ofSeconds(1));
        WorkerMessage.Hello hello = new WorkerMessage.Hello("a", named("a"), "1", now, "folder", true, null);

        assertThat(workers.refused(hello, "its clock is off.")).isTrue();

        place.gone().get(20, TimeUnit.SECONDS);
        assertThat(workers.list().getLast().state()).isEqualTo(State.REFUSED);
        assertThat(workers.list().getLast().missingSince()).isEqualTo(heard);
        passes(Duration.ofSeconds(61));
        assertThat(workers.list().getLast().state()).isEqualTo(State.LOST);
        assertThat(workers.list().getLast().missingSince()).isEqualTo(heard);

        workers.refused(hello, "its clock is off.");
        workers.left("a");

        assertThat(names()).as("it was told to stop").containsExactly(Addresses.LOCAL_WORKER);
    }

    @Test
    void afterARestartThoseThatWereThereHaveAMinuteToComeBack() {
        heard("a");
        heard("b");
        heard("c");
        passes(Duration.ofSeconds(3));
        heard("a");
        heard("b");
        Instant lost = now.minusSeconds(3);
        passes(Duration.ofSeconds(4));
        assertThat(workers.list().getLast().missingSince()).isEqualTo(lost);
        workers.left("b");

        Workers next = startedAnew();
        Instant began = now;

        assertThat(names(next)).as("lost before").containsExactly(Addresses.LOCAL_WORKER, named("c"));
        assertThat(next.list().getLast().missingSince()).isEqualTo(lost);
        now = now.plus(MissingWorkers.REJOINED);
        assertThat(names(next)).containsExactly(Addresses.LOCAL_WORKER, named("a"), named("c"));
        assertThat(next.list().get(1).missingSince()).isEqualTo(began);
        assertThat(next.known()).extracting(WorkersFile.Known::name).containsExactly(named("a"), named("c"));
    }

    @Test
    void whoJoinsUnderANewNameTakesThePlaceOfOneThatHasJustGone() {
        heard("a");
        heard("b");
        Workers next = startedAnew();
        next.heard(new WorkerMessage.Hello("1", "pod-1", "1", now, "folder", true, null));
        now = now.plus(WorkersMessage.MISSED_AFTER).minusSeconds(1);
        next.heard(new WorkerMessage.Hello("2", "pod-2", "1", now, "folder", true, null));

        assertThat(next.known()).extracting(WorkersFile.Known::name).containsExactly("pod-1", "pod-2");

        next = startedAnew();
        now = now.plus(WorkersMessage.MISSED_AFTER);
        next.heard(new WorkerMessage.Hello("1", "pod-1", "1", now, "folder", true, null));

        assertThat(next.known())
                .as("of one that has been missed nobody loses sight")
                .hasSize(3);
    }

    @Test
    void whoIsLostIsToldForARunOnceWithAllThatItHad() throws InterruptedException {
        Instant began = now;
        for (int i = 0; i < 3; i++) {
            heard("a");
            take("");
            take("");
            passes(SILENCE.plus(Workers.TICK));
        }

        assertThat(workers.lostSince(began)).singleElement().satisfies(lost -> {
            assertThat(lost.name()).isEqualTo(named("a"));
            assertThat(lost.times()).isEqualTo(3);
            assertThat(lost.at()).isEqualTo(now.minus(SILENCE).minus(Workers.TICK));
        });
        assertThat(workers.lostSince(now)).isEmpty();
    }
}
