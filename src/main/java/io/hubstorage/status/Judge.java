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
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How things stand, in one word and a sentence that is true now. Pure: all follows from the facts. */
final class Judge {
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

    private Verdict condition(State state, Condition condition) {
        return verdict(state, condition.message(), condition.remedy() + lastGood());
    }

    private Optional<Verdict> failing() {
        Optional<RunRecord> failed = Stream.of(
                        facts.past().lastWhole(), facts.past().last())
                .filter(Objects::nonNull)
                .filter(run -> run.result() == RunResult.FAILED)
                .filter(run -> standings.wanted().anyMatch(bucket -> isOlder(bucket, run)))
                .max(Comparator.comparing(RunRecord::startedAt));
        List<Bucket> bad = standings.in(Standing.FAILING, Standing.PARTIAL);
        if (failed.isPresent() && (bad.isEmpty() || failed.get().buckets().isEmpty())) {
            return Optional.of(verdict(
                    State.FAILING,
                    "The last backup failed.",
                    "%s Earlier snapshots are untouched.%s%s"
                            .formatted(sentence(failed.get().message()), next(), lastGood())));
        }
        return bad.isEmpty()
                ? Optional.empty()
                : Optional.of(verdict(
                        State.FAILING,
                        needAttention(bad),
                        "%s%s%s"
                                .formatted(
                                        causes(bad),
                                        bad.stream().allMatch(bucket -> bucket.held() != null)
                                                ? " What failed keeps its previous version."
                                                : "",
                                        next())));
    }

    private static boolean isOlder(Bucket bucket, RunRecord run) {
        return bucket.lastSuccess() == null || bucket.lastSuccess().isBefore(run.startedAt());
    }

    private Optional<Verdict> late() {
        boolean overdue = scheduler != null
                && scheduler.startsBackups()
                && scheduler.runs().overdue();
        List<Bucket> late = standings.in(Standing.LATE);
        if (late.isEmpty() && !overdue) {
            return Optional.empty();
        }
        Optional<Instant> oldest = standings.oldestCheck();
        String since = oldest.map(at -> "The last good backup was %s.".formatted(agoMark(at)))
                .orElse("");
        return Optional.of(
                overdue
                        ? verdict(
                                State.LATE,
                                oldest.isEmpty() ? "The first backup is late." : "The next backup is late.",
                                cutShort() + since
                                        + " It should have started already. Press Run now, and look into the log for"
                                        + " what holds it up.")
                        : verdict(State.LATE, tooOld(late), cutShort() + since + next()));
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
        Optional<Condition> condition = conditions.stream().findFirst();
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
        RunRecord whole = facts.past().lastWhole();
        boolean unchanged = whole != null && !whole.newSnapshot();
        String when = standings
                .oldestCheck()
                .map(at -> (unchanged ? "Checked %s, nothing had changed" : "Last backup %s").formatted(agoMark(at)))
                .orElse("");
        String next = scheduler == null || scheduler.runs().nextBackup() == null
                ? ""
                : ", next " + untilMark(scheduler.runs().nextBackup());
        return verdict(State.SAFE, title, cutShort() + when + next + ".");
    }

    private String lastGood() {
        return standings
                .oldestCheck()
                .map(at -> " The last good backup was %s.".formatted(agoMark(at)))
                .orElse("");
    }

    private String next() {
        if (scheduler == null || !scheduler.startsBackups()) {
            return schedule().map(why -> " " + why).orElse("");
        }
        return scheduler.runs().nextBackup() == null
                ? ""
                : " The next run starts %s."
                        .formatted(untilMark(scheduler.runs().nextBackup()));
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
