package io.hubstorage.replicate;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.ReplicationRecord;
import io.hubstorage.bus.ReplicationStart;
import io.hubstorage.bus.RestoreMessage;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.Trigger;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.HubConfig;
import io.hubstorage.fs.FolderAccess;
import io.hubstorage.jobs.Cancellation;
import io.hubstorage.jobs.Job;
import io.hubstorage.jobs.Jobs;
import io.hubstorage.jobs.Work;
import io.hubstorage.snapshot.DataLock;
import io.hubstorage.snapshot.Layout;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts replications, also after each backup where that is wanted, and goes on with those that an earlier process did not end. */
public final class ReplicationVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicationVerticle.class);

    private final ReplicationWork.Surroundings around;
    private final Jobs jobs;
    private final boolean alone;
    /** A backup has ended since the last replication began. */
    private boolean wanted;
    /** It is being asked for one, and not answered yet. */
    private boolean asking;
    /** Something has ended meanwhile, which may be what stood in its way. */
    private boolean ended;

    /**
     * @param alone whether only the command that started this process asks for anything: then the copy may go anywhere, and nothing begins
     *     by itself
     */
    public ReplicationVerticle(ConfigStore config, Jobs jobs, InstantSource clock, boolean alone) {
        this(new ReplicationWork.Surroundings(config, clock, Cancellation::new, TargetNames::of), jobs, alone);
    }

    ReplicationVerticle(ReplicationWork.Surroundings around, Jobs jobs, boolean alone) {
        this.around = around;
        this.jobs = jobs;
        this.alone = alone;
    }

    @Override
    public Future<?> start() {
        Bus bus = new Bus(vertx);
        Future<Void> up = bus.answer(Addresses.REPLICATION_START, this::start);
        if (alone) {
            return up;
        }
        for (JobKind kind : JobKind.values()) {
            // Whatever it was that stood in the way.
            up = up.compose(_ -> bus.listen(kind.finished(), this::follow));
        }
        return up.compose(_ -> bus.listen(Addresses.BACKUP_FINISHED, RunRecord.class, this::backedUp))
                // Not waited for: a copy's disk that hangs would keep everything from being started that comes after
                // this.
                .onSuccess(_ -> jobs.settle(ReplicationRecord.class, this::takeUp));
    }

    private Future<RestoreMessage.Started> start(JsonObject body) {
        ReplicationStart asked = BusJson.request(body, ReplicationStart.class);
        asked.problem().ifPresent(problem -> {
            throw new IllegalArgumentException(problem);
        });
        return vertx.executeBlocking(() -> target(asked.to()), false)
                .compose(to -> jobs.start(work(asked, to)))
                .map(RestoreMessage.Started::new);
    }

    private ReplicationWork work(ReplicationStart start, Path to) {
        Instant now = around.clock().instant();
        return new ReplicationWork(
                new ReplicationWork.Asked(Job.id(now, ThreadLocalRandom.current()), start, to, now), around);
    }

    /**
     * The folder that is meant, and may be.
     *
     * @throws IllegalArgumentException with what is wrong and what to do
     */
    private Path target(@Nullable String asked) throws IOException {
        HubConfig.Replication config = around.config().config().replication();
        String text = asked == null || asked.isBlank() ? config.to() : asked;
        if (text == null) {
            throw new IllegalArgumentException(
                    "Say where the copy goes: to (on the command line --to), or replication.to in config.json.");
        }
        Path folder = HubConfig.Replication.folder(text);
        Path allowed = around.config().settings().writing().copies();
        // Who may only save may have configured a folder below that one, but put no link there.
        boolean byHand =
                config.folder().filter(folder::equals).isPresent() && (allowed == null || !folder.startsWith(allowed));
        if (!alone && !byHand) {
            requireAllowed(folder, allowed);
        }
        return folder;
    }

    private static void requireAllowed(Path folder, @Nullable Path allowed) throws IOException {
        if (allowed == null) {
            throw new IllegalArgumentException(
                    "Over the web and the event bus a copy goes only where replication.to in config.json says, or below"
                            + " HUBSTORAGE_REPLICATION_PATH, which is not set. Set it, or use 'replicate --to' on the"
                            + " command line.");
        }
        // By its name, and by where that leads: links may have been put below the folder.
        if (!folder.startsWith(allowed) || !FolderAccess.real(folder).startsWith(FolderAccess.real(allowed))) {
            throw new IllegalArgumentException(
                    "to must be below %s, which HUBSTORAGE_REPLICATION_PATH names, also where a symbolic link leads."
                            .formatted(allowed));
        }
    }

    /**
     * One that an earlier process has not ended; empty where it may not go there any more.
     *
     * @throws IOException when another process is at it
     */
    private Optional<Work> takeUp(ReplicationRecord left) throws IOException {
        ReplicationRecord.What what = left.what();
        Optional<DataLock.Holder> holder = DataLock.holder(new Layout(Path.of(what.to())));
        if (holder.isPresent()) {
            throw new IOException("another HubStorage is at work on the copy (%s)".formatted(holder.get()));
        }
        try {
            Path to = target(what.to());
            ReplicationStart start = new ReplicationStart(
                    left.trigger(), what.to(), what.selection(), what.prune(), what.maxMbPerSecond());
            return Optional.of(
                    new ReplicationWork(new ReplicationWork.Asked(left.runId(), start, to, left.startedAt()), around));
        } catch (IllegalArgumentException e) {
            LOG.warn("The replication {} is not gone on with: {}", left.runId(), e.getMessage());
            return Optional.empty();
        }
    }

    private void backedUp(RunRecord run) {
        HubConfig.Replication config = around.config().config().replication();
        if (config.afterBackup()
                && config.to() != null
                && !run.dryRun()
                && run.result().judges()) {
            wanted = true;
            follow();
        }
    }

    /** Begins what a backup has asked for; if something stands in its way, when that has ended. */
    private void follow() {
        if (asking) {
            ended = true;
            return;
        }
        if (!wanted) {
            return;
        }
        wanted = false;
        ended = false;
        asking = true;
        ReplicationStart start = new ReplicationStart(Trigger.SCHEDULE, null, List.of(), null, null);
        new Bus(vertx)
                .ask(Addresses.REPLICATION_START, BusJson.encode(start), Bus.PATIENT)
                .onFailure(e -> {
                    if (e instanceof ReplyException refused && refused.failureCode() == Bus.CONFLICT) {
                        wanted = true;
                    } else {
                        LOG.warn("The copy after the backup could not be begun: {}", e.getMessage());
                    }
                })
                .onComplete(_ -> {
                    asking = false;
                    if (ended) {
                        follow();
                    }
                });
    }
}
