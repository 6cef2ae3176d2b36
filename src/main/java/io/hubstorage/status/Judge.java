package io.hubstorage.status;

import static io.hubstorage.status.Phrases.agoMark;
import static io.hubstorage.status.Phrases.causes;
import static io.hubstorage.status.Phrases.count;
import static io.hubstorage.status.Phrases.sentence;
import static io.hubstorage.status.Phrases.untilMark;

import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.StatusMessage.Bucket;
import io.hubstorage.bus.StatusMessage.Condition;
import io.hubstorage.bus.StatusMessage.Current;
import io.hubstorage.bus.StatusMessage.Standing;
import io.hubstorage.bus.StatusMessage.State;
import io.hubstorage.bus.StatusMessage.Verdict;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How things stand, in one word and a sentence that is true now. Pure: all follows from the facts. */
final class Judge {
    /** So many letters are read at a glance, on a phone too. */
    private static final int HEADLINE = 80;

    private final Facts facts;
    private final BackupMessage.@Nullable Status backup;
    private final SchedulerMessage.@Nullable Status scheduler;
    private final Standings standings;
    private final List<Condition> conditions;

    private Judge(Facts facts) {
        this.facts = facts;
        this.backup = facts.rooms().backup();
        this.scheduler = facts.rooms().scheduler();
        this.standings = new Standings(facts);
        this.conditions = facts.allConditions();
    }

    static Current of(Facts facts) {
        Judge judge = new Judge(facts);
        return new Current(
                facts.now(),
                judge.verdict(),
                judge.standings.all(),
                judge.conditions,
                facts.alarms(),
                facts.freeBytes(),
                facts.config().bandwidthLimit(facts.now()));
    }

    /** The rules, the most pressing one first; the first that has something to say is heard. */
    private Verdict verdict() {
        return Stream.<Supplier<Optional<Verdict>>>of(
                        this::running,
                        this::silent,
                        this::notSetUp,
                        this::stopped,
                        this::failing,
                        this::late,
                        this::attention,
                        this::missing,
                        this::paused)
                .map(Supplier::get)
                .flatMap(Optional::stream)
                .findFirst()
                .orElseGet(this::safe);
    }

    private Verdict verdict(State state, String title, String detail) {
        return Phrases.verdict(state, title, detail, facts.now());
    }

    private Optional<Verdict> running() {
        RunState run = backup == null ? null : backup.current();
        return run == null ? Optional.empty() : Optional.of(new RunInProgress(run, lastGood(), facts.now()).verdict());
    }

    private Optional<Verdict> silent() {
        return backup == null ? stopped() : Optional.empty();
    }

    private Optional<Verdict> notSetUp() {
        return facts.config().selection().isEmpty()
                ? Optional.of(verdict(
                        State.NEEDS_SETUP,
                        "Nothing is backed up yet.",
                        "Choose your buckets: the set-up takes a minute. It checks the access and shows what a first"
                                + " run would copy."))
                : Optional.empty();
    }

    private Optional<Verdict> stopped() {
        return conditions.stream()
                .filter(each -> each.kind().stopsBackups())
                .findFirst()
                .map(each -> condition(State.FAILING, each));
    }

    /** A sentence that is too long for a headline follows what it comes to. */
    private Verdict condition(State state, Condition condition) {
        String message = condition.message();
        String more = condition.remedy() + lastGood();
        if (message.length() <= HEADLINE) {
            return verdict(state, message, more);
        }
        return verdict(
                state,
                state == State.FAILING ? "Nothing can be backed up now." : "Something needs a look.",
                message + " " + more);
    }

    private Optional<Verdict> failing() {
        Map<String, List<Bucket>> bySchedule = standings.bySchedule();
        // Of each schedule, since a run of other buckets hides no failure; and the last one, which nobody may have
        // planned. Where no bucket is known, none can have been safe since.
        Stream<RunRecord> planned = facts.past().bySchedule().entrySet().stream()
                .filter(each -> anyOlder(bySchedule.getOrDefault(each.getKey(), List.of()), each.getValue()))
                .map(Map.Entry::getValue);
        Stream<RunRecord> last = Stream.ofNullable(facts.past().last())
                .filter(run -> anyOlder(standings.wanted().toList(), run));
        Optional<RunRecord> failed = Stream.concat(planned, last)
                .filter(run -> run.result() == RunResult.FAILED)
                .max(Comparator.comparing(RunRecord::startedAt));
        List<Bucket> bad = standings.in(Standing.FAILING, Standing.PARTIAL);
        if (failed.isPresent() && (bad.isEmpty() || failed.get().buckets().isEmpty())) {
            List<Bucket> concerned = standings
                    .wanted()
                    .filter(bucket -> isOlder(bucket, failed.get()))
                    .toList();
            return Optional.of(verdict(
                    State.FAILING,
                    "The last backup%s failed."
                            .formatted(by(failed.get().start().schedule())),
                    "%s Earlier snapshots are untouched.%s%s"
                            .formatted(
                                    sentence(failed.get().message()),
                                    next(),
                                    lastGood(of(failed.get().start().schedule(), concerned)))));
        }
        // What was copied in part is a lesser matter, here as on its card and in its row.
        boolean partial = bad.stream().allMatch(bucket -> bucket.state() == Standing.PARTIAL);
        return bad.isEmpty()
                ? Optional.empty()
                : Optional.of(verdict(
                        partial ? State.ATTENTION : State.FAILING,
                        needAttention(bad),
                        "%s%s%s"
                                .formatted(
                                        causes(bad),
                                        bad.stream().allMatch(bucket -> bucket.held() != null)
                                                ? " What failed keeps its previous version."
                                                : "",
                                        next())));
    }

    /** Of these buckets those that belong to the schedule; all of them where it is none of today's. */
    private List<Bucket> of(@Nullable String schedule, List<Bucket> buckets) {
        List<Bucket> own = schedule == null ? List.of() : standings.bySchedule().getOrDefault(schedule, List.of());
        return own.isEmpty() ? buckets : buckets.stream().filter(own::contains).toList();
    }

    private static boolean anyOlder(List<Bucket> buckets, RunRecord run) {
        return buckets.isEmpty() || buckets.stream().anyMatch(bucket -> isOlder(bucket, run));
    }

    private static boolean isOlder(Bucket bucket, RunRecord run) {
        return bucket.lastSuccess() == null || bucket.lastSuccess().isBefore(run.startedAt());
    }

    /** As a part of a sentence; nothing for the usual one, which has no name in the configuration. */
    static String by(@Nullable String schedule) {
        return schedule == null || schedule.equals(SchedulerMessage.MAIN) ? "" : " by schedule " + schedule;
    }

    private Optional<Verdict> late() {
        boolean overdue = scheduler != null
                && scheduler.startsBackups()
                && scheduler.runs().overdue();
        List<Bucket> late = standings.in(Standing.LATE);
        if (late.isEmpty() && !overdue) {
            return Optional.empty();
        }
        Optional<Instant> oldest =
                Standings.oldestCheck(late.isEmpty() ? standings.wanted().toList() : late);
        String since = oldest.map(at -> "The last good backup was %s.".formatted(agoMark(at)))
                .orElse("");
        return Optional.of(
                overdue
                        ? verdict(
                                State.LATE,
                                oldest.isEmpty()
                                        ? "The first backup is late."
                                        : "The next backup%s is late.".formatted(by(firstOverdue())),
                                cutShort() + since
                                        + " It should have started already. Press Run now, and look into the log for"
                                        + " what holds it up.")
                        : verdict(State.LATE, tooOld(late), cutShort() + since + next()));
    }

    private @Nullable String firstOverdue() {
        return scheduler == null
                ? null
                : scheduler
                        .ofBackups()
                        .filter(each -> each.times().overdue())
                        .map(SchedulerMessage.Schedule::name)
                        .findFirst()
                        .orElse(null);
    }

    private String tooOld(List<Bucket> late) {
        if (standings.wanted().count() == late.size()) {
            return "The last good backup is too old.";
        }
        return late.size() == 1
                ? "The last good copy of %s is too old."
                        .formatted(late.getFirst().bucket())
                : "The last good copies of %s are too old.".formatted(count(late.size()));
    }

    private Optional<Verdict> attention() {
        Optional<Condition> condition = conditions.stream()
                .filter(each -> !each.kind().leavesStateAlone())
                .findFirst();
        if (condition.isPresent()) {
            return Optional.of(condition(State.ATTENTION, condition.get()));
        }
        int many = facts.alarms().size();
        return many == 0
                ? Optional.empty()
                : Optional.of(verdict(
                        State.ATTENTION,
                        many == 1 ? "Something needs a look." : "%d things need a look.".formatted(many),
                        (many == 1 ? facts.alarms().getFirst().message() : "The alarms below say what has happened.")
                                + next()
                                + lastGood()));
    }

    private Optional<Verdict> missing() {
        List<Bucket> missing = standings.in(Standing.NEVER);
        if (missing.isEmpty() && standings.wanted().findAny().isPresent()) {
            return Optional.empty();
        }
        long all = standings.wanted().count();
        boolean none = missing.size() == all;
        String next = next();
        String more = schedule()
                .map(why -> " " + why + " Press Run now to back up.")
                .orElse(next.isEmpty() ? " Press Run now to make the first snapshot." : next);
        if (none && standings.oldestCheck().isEmpty()) {
            return Optional.of(verdict(
                    State.NEVER_RUN,
                    backup != null && backup.last() != null ? "No backup has finished yet." : "No backup has run yet.",
                    cutShort() + more.strip()));
        }
        long well = standings.in(Standing.SAFE).size();
        return Optional.of(verdict(
                State.NEVER_RUN,
                "%d of %s %s safe.".formatted(well, count((int) all), well == 1 ? "is" : "are"),
                cutShort() + causes(missing) + more));
    }

    private Optional<Verdict> paused() {
        return schedule()
                .map(why -> verdict(
                        State.PAUSED,
                        why,
                        (scheduler != null && scheduler.paused()
                                        ? "Nothing runs by itself until you resume it."
                                        : "Backups run only when you start them. Switch it on in Configuration.")
                                + lastGood()));
    }

    /** Why nothing runs by itself; empty when it does. */
    private Optional<String> schedule() {
        if (scheduler == null) {
            return Optional.empty();
        }
        return scheduler.paused()
                ? Optional.of("The schedule is paused.")
                : scheduler.enabled() ? Optional.empty() : Optional.of("The schedule is switched off.");
    }

    private Verdict safe() {
        List<Bucket> wanted = standings.wanted().toList();
        String title = wanted.size() == 1
                ? "Bucket %s is safe.".formatted(wanted.getFirst().bucket())
                : "All %s are safe.".formatted(count(wanted.size()));
        // With several schedules: of the one that has run last.
        Optional<Map.Entry<String, Instant>> last = standings.bySchedule().entrySet().stream()
                .flatMap(
                        each -> Standings.oldestCheck(each.getValue()).stream().map(at -> Map.entry(each.getKey(), at)))
                .max(Map.Entry.comparingByValue());
        RunRecord run =
                last.map(each -> facts.past().bySchedule().get(each.getKey())).orElse(null);
        boolean unchanged = run != null && !run.newSnapshot();
        String when = last.map(each -> (unchanged ? "Checked %s, nothing had changed" : "Last backup %s")
                        .formatted(agoMark(each.getValue())))
                .orElse("");
        Instant then = scheduler == null ? null : scheduler.runs().nextBackup();
        String next = then == null ? "" : ", next %s%s".formatted(untilMark(then), by(coming()));
        return verdict(State.SAFE, title, cutShort() + when + next + ". " + facts.proofs());
    }

    private String lastGood() {
        return lastGood(standings.wanted().toList());
    }

    private static String lastGood(List<Bucket> buckets) {
        return Standings.oldestCheck(buckets)
                .map(at -> " The last good backup was %s.".formatted(agoMark(at)))
                .orElse("");
    }

    /** The schedule whose backup is the next to come; null where that is not told. */
    private @Nullable String coming() {
        return scheduler == null
                ? null
                : scheduler
                        .ofBackups()
                        .filter(each -> Objects.equals(
                                each.times().next(), scheduler.runs().nextBackup()))
                        .map(SchedulerMessage.Schedule::name)
                        .findFirst()
                        .orElse(null);
    }

    private String next() {
        if (scheduler == null || !scheduler.startsBackups()) {
            return schedule().map(why -> " " + why).orElse("");
        }
        Instant next = scheduler.runs().nextBackup();
        return next == null ? "" : " The next run starts %s%s.".formatted(untilMark(next), by(coming()));
    }

    /** That the last run came to no end of its own. */
    private String cutShort() {
        RunRecord last = backup == null ? null : backup.last();
        if (last == null || last.dryRun()) {
            return "";
        }
        return switch (last.result()) {
            case CANCELLED -> "The last run was stopped by hand; the next one continues from there. ";
            case INTERRUPTED -> "The last run was interrupted; the next one continues from there. ";
            default -> "";
        };
    }

    private static String needAttention(List<Bucket> bad) {
        return bad.size() == 1
                ? "Bucket %s needs attention.".formatted(bad.getFirst().bucket())
                : "%s need attention.".formatted(count(bad.size()));
    }
}
