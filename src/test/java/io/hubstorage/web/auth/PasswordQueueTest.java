package io.hubstorage.web.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
final class PasswordQueueTest {
    /** Holds the first look, so that the others wait. */
    private final CountDownLatch held = new CountDownLatch(1);

    private final List<String> looked = new CopyOnWriteArrayList<>();
    private Context context;
    private PasswordQueue queue;
    private Future<Boolean> first;

    @BeforeEach
    void begin(Vertx vertx) throws InterruptedException {
        context = vertx.getOrCreateContext();
        queue = new PasswordQueue(vertx);
        CountDownLatch begun = new CountDownLatch(1);
        first = onContext(() -> queue.look(1, () -> {
            begun.countDown();
            return held.await(60, TimeUnit.SECONDS);
        }));
        // Or it might be over before there is another one.
        assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
    }

    private Future<Boolean> look(String name, int turn) {
        return onContext(() -> queue.look(turn, () -> {
            looked.add(name);
            return true;
        }));
    }

    private Future<Boolean> onContext(Supplier<Future<Boolean>> asked) {
        Promise<Boolean> found = Promise.promise();
        context.runOnContext(ignored -> asked.get().onComplete(found));
        return found.future();
    }

    private void letGoUntil(int looks) {
        held.countDown();
        await().until(() -> first.isComplete() && looked.size() == looks);
    }

    @Test
    void whoeverTriedLeastGoesFirst() {
        look("second of a", 2);
        look("third of a", 3);
        look("first of b", 1);
        look("second of b", 2);
        look("owner", -5);

        letGoUntil(5);

        assertThat(looked).containsExactly("owner", "first of b", "second of a", "second of b", "third of a");
    }

    @Test
    void whereTooManyWaitWhoeverTriedMostGivesWay() {
        List<Future<Boolean>> strangers = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            strangers.add(look("stranger " + i, 2));
        }
        Future<Boolean> late = look("late stranger", 2);
        Future<Boolean> newcomer = look("newcomer", 1);

        await().until(() -> late.failed() && strangers.getLast().failed());
        letGoUntil(32);

        assertThat(newcomer.result()).isTrue();
        assertThat(late.cause()).isInstanceOf(AuthFailure.class);
        assertThat(looked).startsWith("newcomer", "stranger 0").doesNotContain("late stranger", "stranger 31");
    }

    @Test
    void whatElseOfTheVerticleBlocksHoldsUpNoLook() {
        CountDownLatch disk = new CountDownLatch(1);
        onContext(() -> context.owner().executeBlocking(() -> disk.await(60, TimeUnit.SECONDS), true));
        Future<Boolean> mine = look("mine", 1);
        letGoUntil(1);
        await().until(mine::succeeded);
        assertThat(disk.getCount()).isEqualTo(1);
        disk.countDown();
    }

    @Test
    void whoWaitsWhenItClosesIsSentAway() {
        Future<Boolean> waiting = look("waiting", 1);
        context.runOnContext(ignored -> queue.close());
        Future<Boolean> late = look("late", 1);

        await().until(() -> waiting.failed() && late.failed());
        held.countDown();

        assertThat(List.of(waiting.cause(), late.cause())).hasOnlyElementsOfType(AuthFailure.class);
        assertThat(looked).isEmpty();
    }
}
