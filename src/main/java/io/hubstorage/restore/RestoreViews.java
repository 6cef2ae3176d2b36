package io.hubstorage.restore;

import io.hubstorage.bus.Bus;
import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.RestoreMessage;
import io.hubstorage.bus.RestoreMessage.State;
import io.hubstorage.bus.RestorePlan;
import io.hubstorage.bus.RestoreRecord;
import io.hubstorage.bus.RestoreState;
import io.hubstorage.bus.RunEnd;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.Trigger;
import io.hubstorage.jobs.Jobs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of restores: what is planned, under way and ended. Blocking; thread-safe. */
final class RestoreViews {
    private static final Logger LOG = LoggerFactory.getLogger(RestoreViews.class);
    private static final int DEFAULT_LIST = 50;
    private static final int DEFAULT_OBJECTS = 100;
    private static final int MOST_ON_A_PAGE = 1_000;
    private static final String NOT_WRITTEN = "not_written";

    private final Surroundings around;
    private final Jobs jobs;
    private final PendingPlans plans;

    RestoreViews(Surroundings around, Jobs jobs, PendingPlans plans) {
        this.around = around;
        this.jobs = jobs;
        this.plans = plans;
    }

    /** The one that is under way, if it is that. */
    @Nullable
    RestoreWork running(String id) {
        return jobs.current(RestoreWork.class)
                .filter(work -> work.id().equals(id))
                .orElse(null);
    }

    RestoreMessage.View view(String id) throws IOException {
        RestoreWork running = running(id);
        Restores restores = new Restores(around);
        // Asked before the disk: what is not being made any more has been written down.
        boolean beingMade = plans.isMaking(id);
        Restores.Planned planned = restores.require(id);
        RestorePlan plan = planned.plan();
        RestoreRecord record = restores.certified(id)
                .map(Restores.Certificate::record)
                .or(() -> running == null && !beingMade && restores.isBegun(id)
                        ? brokenOff(restores, planned)
                        : Optional.empty())
                .orElse(null);
        if (plan == null && !beingMade) {
            plan = RestorePlan.refused(List.of("The program ended while it made this plan: make another."));
        }
        State state = running != null
                ? State.RUNNING
                : beingMade
                        ? State.PLANNING
                        : record != null
                                ? State.ENDED
                                : plan != null && plan.problems().isEmpty() ? State.PLANNED : State.REFUSED;
        return new RestoreMessage.View(
                id,
                state,
                planned.createdAt(),
                planned.request(),
                plan,
                running == null ? null : (RestoreState) running.state(),
                record);
    }

    /** What is known of one that was started, has no certificate, and does not run here. */
    private Optional<RestoreRecord> brokenOff(Restores restores, Restores.Planned planned) {
        Path journal = restores.journal(planned.id());
        Optional<RestoreRecord> told = jobs.recorded(planned.id())
                .filter(RestoreRecord.class::isInstance)
                .map(RestoreRecord.class::cast);
        RestorePlan plan = planned.plan();
        if (told.isEmpty() && plan != null && plan.problems().isEmpty() && Files.exists(journal)) {
            told = Optional.of(new RestoreWork(
                            restores, planned, new RestoreWork.Asked(Trigger.MANUAL, planned.createdAt()), around)
                    .begun());
        }
        if (running(planned.id()) != null) {
            // Begun since we looked.
            return Optional.empty();
        }
        return told.map(record -> record.result() != RunResult.RUNNING
                ? record
                : record.with(new RunEnd(
                        RunResult.INTERRUPTED,
                        Restores.written(journal).orElse(record.startedAt()),
                        record.end().attempts(),
                        "The program ended in the middle of it, or another process is still at it. What was written"
                                + " stays; started again it goes on from there.")));
    }

    /** The newest first. */
    RestoreMessage.Page list(RestoreMessage.Query query) throws IOException {
        List<RestoreMessage.View> views = new ArrayList<>();
        for (String id : new Restores(around).ids(limit(query.limit(), DEFAULT_LIST), query.before())) {
            try {
                views.add(view(id));
            } catch (IOException e) {
                LOG.warn("The restore {} is left out: {}", id, e.getMessage());
            }
        }
        Path folder = around.config().settings().writing().folder();
        return new RestoreMessage.Page(views, folder == null ? null : folder.toString());
    }

    private static int limit(@Nullable Integer asked, int otherwise) {
        int limit = asked == null ? otherwise : asked;
        if (limit < 1 || limit > MOST_ON_A_PAGE) {
            throw new IllegalArgumentException("limit: found %d, allowed: 1 to %d".formatted(limit, MOST_ON_A_PAGE));
        }
        return limit;
    }

    /** The lines of a plan, or of what was not written, some of them. */
    RestoreMessage.Objects objects(RestoreMessage.ObjectsQuery query) throws IOException {
        int limit = limit(query.limit(), DEFAULT_OBJECTS);
        boolean notWritten = NOT_WRITTEN.equals(query.action());
        PlanLine.Action only = query.action() == null || notWritten ? null : action(query.action());
        Restores restores = new Restores(around);
        String id = restores.require(query.id()).id();
        Path file = notWritten ? restores.notWritten(id) : restores.lines(id);
        if (notWritten && !Files.exists(file)) {
            return new RestoreMessage.Objects(List.of(), null);
        }
        if (plans.isMaking(id) || !Files.exists(file)) {
            throw Bus.refusal(
                    Bus.NOT_FOUND,
                    "The plan is not there: it is still being made, or has been cleared away after a day.");
        }
        long last = query.after() == null ? 0 : query.after();
        List<RestoreMessage.Item> items = new ArrayList<>();
        try (PlanFile.Reader lines = PlanFile.open(file, last)) {
            for (PlanLine line = lines.next(); line != null; line = lines.next()) {
                if (only == null || line.action() == only) {
                    if (items.size() == limit) {
                        return new RestoreMessage.Objects(items, last);
                    }
                    items.add(item(line));
                }
                last = line.line();
            }
        }
        return new RestoreMessage.Objects(items, null);
    }

    private static PlanLine.Action action(String word) {
        for (PlanLine.Action action : PlanLine.Action.values()) {
            if (BusJson.word(action).equals(word)) {
                return action;
            }
        }
        throw new IllegalArgumentException(
                "action: found \"%s\", allowed: write, identical, skip, fail, delete, not_written".formatted(word));
    }

    private static RestoreMessage.Item item(PlanLine line) {
        PlanLine.Seen found = line.found();
        return new RestoreMessage.Item(
                line.bucket(),
                line.key(),
                line.to(),
                line.size(),
                BusJson.word(line.action()),
                line.reason(),
                line.detail(),
                found == null ? null : new RestoreMessage.Seen(found.size(), found.lastModified()));
    }
}
