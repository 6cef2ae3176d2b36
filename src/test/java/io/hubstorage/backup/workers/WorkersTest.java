package io.hubstorage.backup.workers;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.WorkerMessage;
import io.hubstorage.bus.WorkerMessage.Share;
import io.hubstorage.config.ConfigParser;
import io.hubstorage.config.HubConfig;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
        return workers.heard(new WorkerMessage.Hello(id, "name of " + id, "1", now, now, "folder", 0));
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

    private List<String> ids() {
        return workers.list().stream().map(Workers.Worker::id).toList();
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
        assertThat(workers.list()).extracting(Workers.Worker::shards).containsExactly(2, 2, 2);
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
        heard("a");
        Workers.Place own = take("");
        Workers.Place place = take("");

        passes(SILENCE);
        assertThat(ids()).containsExactly(Addresses.LOCAL_WORKER, "a");
        assertThat(workers.list().getLast().lost()).isFalse();
        passes(Workers.TICK);

        place.gone().get(20, TimeUnit.SECONDS);
        assertThat(own.gone()).isNotDone();
        assertThat(workers.list().getLast().lost()).isTrue();
        assertThat(workers.count()).isEqualTo(1);
        assertThat(take("").worker()).isEqualTo(Addresses.LOCAL_WORKER);

        heard("a");

        assertThat(workers.list()).extracting(Workers.Worker::lost).containsExactly(false, false);
        assertThat(take("").worker()).isEqualTo("a");
    }

    @Test
    void aWorkerThatGoesIsForgottenAtOnce() throws Exception {
        heard("a");
        take("");
        Workers.Place place = take("");

        workers.left("a");

        place.gone().get(20, TimeUnit.SECONDS);
        assertThat(ids()).containsExactly(Addresses.LOCAL_WORKER);
        workers.left(Addresses.LOCAL_WORKER);
        assertThat(ids()).containsExactly(Addresses.LOCAL_WORKER);
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
}
