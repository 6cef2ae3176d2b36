package io.hubstorage.retain;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.RestoreMessage;
import io.hubstorage.bus.RetentionMessage;
import io.hubstorage.bus.RetentionMessage.Refused;
import io.hubstorage.bus.RetentionMessage.Removed;
import io.hubstorage.bus.RetentionRecord;
import io.hubstorage.bus.RetentionStart;
import io.hubstorage.config.ConfigParser;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.HubConfig;
import io.hubstorage.jobs.Cancellation;
import io.hubstorage.jobs.HistoryStore;
import io.hubstorage.jobs.Job;
import io.hubstorage.jobs.Jobs;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.space.SnapshotSummary;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes snapshots, brings them back, and says what it would remove; deletes, all the while, what cannot be had back any more. */
public final class RetentionVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(RetentionVerticle.class);
    private static final List<String> RULES =
            List.of("keep_last", "hourly", "daily", "weekly", "monthly", "yearly", "within");
    /** How long a step of a deletion is waited for that is under way. */
    private static final Duration STOP = Duration.ofSeconds(2);

    private final ConfigStore config;
    private final Jobs jobs;
    private final HistoryStore history;
    private final InstantSource clock;
    private final boolean alone;
    private final Function<TrashEmptier.Doubt, TrashEmptier> emptiers;
    private final Cancellation stop = new Cancellation();
    private @Nullable Retention retention;
    private @Nullable Thread emptying;

    /**
     * @param alone whether only the command that started the program can ask: then the trash is emptied after a removal, and what an
     *     earlier process left is for the service
     */
    public RetentionVerticle(ConfigStore config, Jobs jobs, HistoryStore history, InstantSource clock, boolean alone) {
        this(
                config,
                jobs,
                history,
                clock,
                alone,
                doubt -> new TrashEmptier(
                        config,
                        clock,
                        new ClockJumps(
                                clock,
                                ClockJumps.Machine.ours(),
                                config.settings().configFolder().resolve("clock.json")),
                        TrashEmptier.Speed.USUAL,
                        TrashEmptier.FreeShare::onDisk,
                        doubt));
    }

    RetentionVerticle(
            ConfigStore config,
            Jobs jobs,
            HistoryStore history,
            InstantSource clock,
            boolean alone,
            Function<TrashEmptier.Doubt, TrashEmptier> emptiers) {
        this.config = config;
        this.jobs = jobs;
        this.history = history;
        this.clock = clock;
        this.alone = alone;
        this.emptiers = emptiers;
    }

    @Override
    public Future<?> start() {
        Bus bus = new Bus(vertx);
        Retention retention = new Retention(config, history, bus, clock);
        this.retention = retention;
        TrashEmptier emptier = emptiers.apply(retention::doubt);
        return Future.all(List.of(
                        bus.answer(Addresses.RETENTION_START, body -> start(body, retention, emptier)),
                        bus.answer(Addresses.RETENTION_CANCEL, this::cancel),
                        bus.answer(Addresses.RETENTION_STATUS, _ -> blocking(() -> status(retention))),
                        bus.answer(Addresses.RETENTION_PREVIEW, body -> preview(body, retention)),
                        bus.answer(Addresses.RETENTION_UNDO, body -> undo(body, retention))))
                .compose(_ -> alone
                        ? Future.succeededFuture()
                        // What it had removed is in the trash, and what it had not is where it was.
                        : jobs.settle(RetentionRecord.class, _ -> Optional.empty()))
                .onSuccess(_ -> {
                    if (!alone) {
                        // Not a virtual one: a disk that does not answer would keep what carries them.
                        emptying = Thread.ofPlatform().daemon().name("trash").start(() -> emptier.run(stop));
                    }
                });
    }

    @Override
    public Future<?> stop() {
        stop.request();
        Retention counting = retention;
        Thread emptier = emptying;
        return blocking(() -> {
            if (counting != null) {
                counting.close();
            }
            // It ends at its next step, unless a disk does not answer.
            return emptier == null || emptier.join(STOP);
        });
    }

    private <T> Future<T> blocking(Callable<T> work) {
        return vertx.executeBlocking(work, false);
    }

    private Future<RestoreMessage.Started> start(JsonObject body, Retention retention, TrashEmptier emptier) {
        RetentionStart asked = BusJson.request(body, RetentionStart.class);
        asked.problem().ifPresent(problem -> {
            throw new IllegalArgumentException(problem);
        });
        String id = Job.id(clock.instant(), ThreadLocalRandom.current());
        return jobs.start(new RetentionWork(id, asked, retention, alone ? emptier : null))
                .map(RestoreMessage.Started::new);
    }

    private Future<RetentionMessage.Cancel> cancel(JsonObject body) {
        RetentionMessage.Cancel asked = BusJson.request(body, RetentionMessage.Cancel.class);
        return Future.succeededFuture(new RetentionMessage.Cancel(jobs.cancel(JobKind.RETENTION, asked.runId())));
    }

    private RetentionMessage.Status status(Retention retention) throws IOException {
        HubConfig now = config.config();
        Duration undo = TrashEmptier.undo(now);
        List<Removed> trash = retention.trash().list().stream()
                .map(item -> new Removed(
                        item.snapshot(),
                        item.note().byHand(),
                        item.note().removedAt(),
                        item.deleting() ? null : item.until(undo),
                        item.note().freedBytes(),
                        item.note().shortened()))
                .toList();
        return new RetentionMessage.Status(
                now.retention().enabled(),
                retention.isConfirmed(),
                BusJson.encode(now.retention()).getMap(),
                history.lastEnded(JobKind.RETENTION)
                        .map(RetentionRecord.class::cast)
                        .orElse(null),
                trash);
    }

    private Future<RetentionMessage.Preview> preview(JsonObject body, Retention retention) {
        RetentionMessage.Query asked = BusJson.request(body, RetentionMessage.Query.class);
        HubConfig.Keep rules = asked.rules() == null ? null : rules(new JsonObject(asked.rules()));
        return blocking(() -> preview(retention, retention.plan(rules), asked.snapshot()));
    }

    /** @throws IllegalArgumentException which names everything that is wrong with them */
    private static HubConfig.Keep rules(JsonObject asked) {
        Optional<String> other = asked.fieldNames().stream()
                .filter(name -> !RULES.contains(name))
                .findFirst();
        if (other.isPresent()) {
            throw new IllegalArgumentException(
                    "rules: found %s, allowed: %s".formatted(other.get(), String.join(", ", RULES)));
        }
        return ConfigParser.parse(JsonObject.of("retention", asked)).retention().keep();
    }

    private RetentionMessage.Preview preview(Retention retention, Retention.Planned planned, @Nullable String snapshot)
            throws IOException {
        RetentionPlan plan = planned.plan();
        if (snapshot != null && plan.verdict(snapshot).isEmpty()) {
            throw Bus.refusal(Bus.NOT_FOUND, "There is no snapshot %s.".formatted(snapshot));
        }
        Map<String, SnapshotSummary> summaries =
                planned.snapshots().stream().collect(Collectors.toMap(SnapshotSummary::name, Function.identity()));
        return new RetentionMessage.Preview(
                planned.digest(),
                retention.isConfirmed(planned),
                plan.suspended(),
                retention.freedSoon(planned, snapshot == null ? plan.going() : List.of(snapshot)),
                planned.config().retention().undoHours(),
                plan.verdicts().stream()
                        .map(verdict -> new RetentionMessage.Verdict(
                                verdict.snapshot(),
                                Objects.requireNonNull(summaries.get(verdict.snapshot()))
                                        .begun(),
                                verdict.stays(),
                                verdict.removable(),
                                verdict.reasons().stream()
                                        .map(reason ->
                                                new RetentionMessage.Reason(BusJson.word(reason.kind()), reason.text()))
                                        .toList()))
                        .toList());
    }

    private Future<RetentionMessage.Undone> undo(JsonObject body, Retention retention) {
        String only = BusJson.request(body, RetentionMessage.Undo.class).snapshot();
        return blocking(() -> undo(only, retention));
    }

    private static RetentionMessage.Undone undo(@Nullable String only, Retention retention) throws IOException {
        Trash trash = retention.trash();
        // One that was killed may have brought back all that there was, and left what was written down of it.
        trash.settle();
        List<Trash.Item> asked = trash.list().stream()
                .filter(item ->
                        only == null ? !item.deleting() : item.snapshot().equals(only))
                .toList();
        if (asked.isEmpty()) {
            throw Bus.refusal(
                    Bus.NOT_FOUND,
                    only == null ? "The trash holds nothing that could come back." : "It is not in the trash.");
        }
        List<String> restored = new ArrayList<>();
        List<Refused> refused = new ArrayList<>();
        for (Trash.Item item : asked) {
            try {
                if (!item.note().byHand()) {
                    // Or the next one would remove it again, or the one that goes on what comes after it.
                    retention.withdrawConfirmation();
                }
                trash.undo(item.snapshot());
                restored.add(item.snapshot());
                LOG.info("{} is back", item.snapshot());
            } catch (Trash.RefusedException e) {
                refused.add(new Refused(item.snapshot(), String.valueOf(e.getMessage())));
            } catch (DataLock.HeldException e) {
                refused.add(new Refused(
                        item.snapshot(),
                        "A backup is under way (%s): try again when it has ended.".formatted(e.holder())));
            }
        }
        return new RetentionMessage.Undone(restored, refused);
    }
}
