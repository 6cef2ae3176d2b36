package io.hubstorage.status;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.AlarmMessage;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RunRecord;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Keeps the alarms and answers for them. Deploy it before whoever raises them, and undeploy it after: what was raised is
 * written down when it has stopped.
 */
public final class StatusVerticle extends VerticleBase {
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final int FAILED = 500;

    private final AlarmStore alarms;

    /** Of these alarms. */
    public StatusVerticle(AlarmStore alarms) {
        this.alarms = alarms;
    }

    @Override
    public Future<?> start() {
        return Future.all(List.of(
                consume(Addresses.ALARM_RAISE, message -> raise(BusJson.decode(message.body(), Alarm.class))),
                consume(Addresses.BACKUP_FINISHED, message -> finished(message.body())),
                consume(Addresses.ALARMS_LIST, message -> answer(message, alarms::list)),
                consume(Addresses.ALARMS_ACKNOWLEDGE, this::acknowledge)));
    }

    /** Completes when all that was raised is written down. */
    @Override
    public Future<?> stop() {
        return vertx.executeBlocking(() -> null);
    }

    private Future<Void> consume(String address, Handler<Message<JsonObject>> handler) {
        return vertx.eventBus()
                .<JsonObject>consumer(address, message -> {
                    try {
                        handler.handle(message);
                    } catch (IllegalArgumentException e) {
                        message.fail(BAD_REQUEST, e.getMessage());
                    }
                })
                .completion();
    }

    private void finished(JsonObject body) {
        RunRecord run = BusJson.decode(body, RunRecord.class);
        run.alarms().forEach(alarm -> raise(ofRun(run, alarm)));
    }

    /** An alarm of a run as one that stays. */
    static Alarm ofRun(RunRecord run, RunRecord.Alarm alarm) {
        Instant at = run.finishedAt() == null ? run.startedAt() : run.finishedAt();
        // With the figures: a bucket that goes on losing objects is another thing to look at each time.
        String subject = "%s-%d-%d".formatted(alarm.bucket(), alarm.before(), alarm.now());
        return Alarm.of(
                        Alarm.Kind.SHRUNK,
                        subject,
                        at,
                        alarm.message(),
                        "Look into the bucket: was that deleted on purpose, and do these credentials still see all of"
                                + " it? Earlier snapshots hold what is gone. Acknowledge the alarm once you know.")
                .about(alarm.bucket(), run.snapshot());
    }

    /** In order, one at a time. */
    private void raise(Alarm alarm) {
        vertx.executeBlocking(() -> alarms.raise(alarm)).onSuccess(this::publish);
    }

    private void publish(boolean changed) {
        if (changed) {
            vertx.executeBlocking(alarms::list)
                    .onSuccess(list -> vertx.eventBus().publish(Addresses.ALARMS_CHANGED, BusJson.encode(list)));
        }
    }

    private void acknowledge(Message<JsonObject> message) {
        AlarmMessage.Acknowledge asked = BusJson.request(message.body(), AlarmMessage.Acknowledge.class);
        String id = asked.id();
        if ((id == null) != asked.all()) {
            throw new IllegalArgumentException("id: found %s, allowed: the id of an alarm, or all: true".formatted(id));
        }
        vertx.executeBlocking(() -> id == null ? alarms.acknowledgeAll() : alarms.acknowledge(id))
                .onSuccess(changed -> {
                    publish(changed);
                    if (changed || id == null) {
                        answer(message, alarms::list);
                    } else {
                        message.fail(NOT_FOUND, "no open alarm has the id " + id);
                    }
                })
                .onFailure(e -> message.fail(FAILED, String.valueOf(e.getMessage())));
    }

    private void answer(Message<JsonObject> message, Callable<? extends Record> work) {
        vertx.executeBlocking(work).onComplete(done -> {
            if (done.succeeded()) {
                message.reply(BusJson.encode(done.result()));
            } else {
                message.fail(FAILED, String.valueOf(done.cause().getMessage()));
            }
        });
    }
}
