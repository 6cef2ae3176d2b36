package io.hubstorage.drill;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.DrillRecord;
import io.hubstorage.bus.DrillStart;
import io.hubstorage.bus.RestoreMessage;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.jobs.Job;
import io.hubstorage.jobs.Jobs;
import io.hubstorage.jobs.Work;
import io.hubstorage.restore.RestoreVerticle;
import io.hubstorage.restore.Surroundings;
import io.hubstorage.restore.Targets;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** Starts drills, and removes what those left that an earlier process did not end. */
public final class DrillVerticle extends VerticleBase {
    private final Surroundings around;
    private final Jobs jobs;
    private final boolean alone;

    /**
     * @param version of the program, for certificates
     * @param alone as in {@link RestoreVerticle}
     */
    public DrillVerticle(ConfigStore config, Jobs jobs, InstantSource clock, String version, boolean alone) {
        this(new Surroundings(config, Targets.ofTrials(config, version), clock, version), jobs, alone);
    }

    DrillVerticle(Surroundings around, Jobs jobs, boolean alone) {
        this.around = around;
        this.jobs = jobs;
        this.alone = alone;
    }

    @Override
    public Future<?> start() {
        Drills drills = new Drills(around);
        return new Bus(vertx)
                .answer(Addresses.DRILL_START, this::start)
                .compose(_ -> alone ? Future.succeededFuture() : jobs.settle(DrillRecord.class, this::goOn))
                .onSuccess(_ -> {
                    if (!alone) {
                        // S3 may take its time, and nobody waits for that.
                        vertx.executeBlocking(
                                () -> {
                                    drills.clearLeft(around.clock().instant());
                                    return true;
                                },
                                false);
                    }
                });
    }

    /** A drill that was cut off is at its end; only one that another process is at is left to that. */
    private Optional<Work> goOn(DrillRecord left) {
        try {
            return new Drills(around).isUnderWay(left.runId(), around.clock().instant())
                    ? Optional.of(
                            new DrillWork(left.runId(), BusJson.request(new JsonObject(), DrillStart.class), around))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Future<RestoreMessage.Started> start(JsonObject body) {
        DrillStart asked = BusJson.request(body, DrillStart.class);
        asked.problem().ifPresent(problem -> {
            throw new IllegalArgumentException(problem);
        });
        String id = Job.id(around.clock().instant(), ThreadLocalRandom.current());
        return jobs.start(new DrillWork(id, asked, around)).map(RestoreMessage.Started::new);
    }
}
