package io.hubstorage.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.hubstorage.testkit.LogCapture;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
final class BusTest {
    private static final String ADDRESS = "hubstorage.test";

    private Vertx vertx;
    private Bus bus;

    @BeforeEach
    void begin(Vertx given) {
        vertx = given;
        bus = new Bus(vertx);
    }

    @Test
    void anAnswerComesAsTheRecordThatItIs() {
        answer(body -> Future.succeededFuture(new BackupMessage.Accepted(body.getString("id", "none"))));
        assertThat(bus.ask(ADDRESS, BackupMessage.Accepted.class).await())
                .isEqualTo(new BackupMessage.Accepted("none"));
        assertThat(bus.ask(ADDRESS, new JsonObject().put("id", "r1"), Bus.QUICK).await())
                .isEqualTo(new JsonObject().put("run_id", "r1"));
    }

    @Test
    void aRefusalKeepsItsCodeAndItsReasonThrownOrFailedWith() {
        answer(body -> {
            if (body.containsKey("id")) {
                return Future.failedFuture(Bus.refusal(Bus.NOT_FOUND, "nobody has this id"));
            }
            throw Bus.refusal(Bus.STALE, "read it again");
        });
        assertRefused(new JsonObject().put("id", 1), 404, "nobody has this id");
        assertRefused(new JsonObject(), 412, "read it again");
    }

    @Test
    void thatSomebodyElseDoesNotAnswerIsNoRefusal() {
        answer(_ -> bus.ask("hubstorage.nobody", BackupMessage.Accepted.class));
        ReplyException failed = catchThrowableOfType(
                ReplyException.class, () -> bus.ask(ADDRESS).await());
        assertThat(failed.failureCode()).isEqualTo(500);
    }

    @Test
    void whatDoesNotFitIsABadRequest() {
        answer(body -> Future.succeededFuture(BusJson.request(body, SchedulerMessage.Pause.class)));
        assertRefused(new JsonObject(), 400, "paused: found nothing, allowed: true or false");
    }

    @Test
    void whatNobodyExpectedIsToldToTheLogToo() {
        answer(body -> Future.failedFuture(new IllegalStateException("no disk")));
        try (LogCapture log = LogCapture.of(Bus.class.getName())) {
            assertRefused(new JsonObject(), 500, "no disk");
            assertThat(log.lines()).anySatisfy(line -> assertThat(line).contains(ADDRESS));
        }
    }

    @Test
    void whatAVerticleHearsAndAnswersEndsWithIt() {
        List<BackupMessage.Accepted> heard = new CopyOnWriteArrayList<>();
        String id = vertx.deployVerticle(new VerticleBase() {
                    @Override
                    public Future<?> start() {
                        return Future.all(
                                bus.listen(ADDRESS + ".told", BackupMessage.Accepted.class, heard::add),
                                bus.answer(ADDRESS, _ -> Future.succeededFuture(new BackupMessage.Accepted("r1"))));
                    }
                })
                .await();
        bus.publish(ADDRESS + ".told", new BackupMessage.Accepted("r2"));
        await().until(() -> heard.equals(List.of(new BackupMessage.Accepted("r2"))));
        vertx.undeploy(id).await();
        ReplyException gone = catchThrowableOfType(
                ReplyException.class, () -> bus.ask(ADDRESS).await());
        assertThat(gone.failureType()).isEqualTo(ReplyFailure.NO_HANDLERS);
    }

    private <T extends Record> void answer(Function<JsonObject, Future<T>> responder) {
        bus.answer(ADDRESS, responder).await();
    }

    private void assertRefused(JsonObject body, int code, String reason) {
        ReplyException refused = catchThrowableOfType(
                ReplyException.class, () -> bus.ask(ADDRESS, body, Bus.QUICK).await());
        assertThat(refused.failureCode()).isEqualTo(code);
        assertThat(refused).hasMessage(reason);
    }
}
