package io.hubstorage.status;

import static io.hubstorage.status.RelativeTimes.agoMark;
import static io.hubstorage.status.RelativeTimes.atMark;
import static io.hubstorage.status.RelativeTimes.untilMark;

import io.hubstorage.bus.BackupMessage;
import io.hubstorage.bus.RunPhase;
import io.hubstorage.bus.RunRecord;
import io.hubstorage.bus.RunResult;
import io.hubstorage.bus.RunState;
import io.hubstorage.bus.SchedulerMessage;
import io.hubstorage.bus.StatusMessage.Bucket;
import io.hubstorage.bus.StatusMessage.Condition;
import io.hubstorage.bus.StatusMessage.Current;
import io.hubstorage.bus.StatusMessage.Standing;
import io.hubstorage.bus.StatusMessage.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How things stand, in one word and a sentence that is true now. Pure: all follows from the facts. */
final class Judge {
    private static final int NAMED = 3;
    private static final int CAUSES = 2;

    private final Facts facts;
    private final List<Bucket> buckets;
    private final List<Condition> conditions;

    private record Verdict(State state, String title, String detail) {}

    private Judge(Facts facts) {
        this.facts = facts;
        this.buckets = new Standings(facts).all();
        this.conditions = conditions(facts);
    }

    /** Judges. */
    static Current of(Facts facts) {
        Judge judge = new Judge(facts);
        Verdict verdict = judge.verdict();
        String detail = verdict.detail().strip();
        return new Current(
                facts.now(),
                verdict.state(),
                verdict.title(),
                detail,
                RelativeTimes.filled((verdict.title() + " " + detail).strip(), facts.now()),
                judge.buckets,
                judge.conditions,
                facts.alarms(),
                facts.freeBytes());
    }

    private static List<Condition> conditions(Facts facts) {
        List<Condition> all = new ArrayList<>(facts.conditions());
        SchedulerMessage.Status scheduler = facts.scheduler();
        if (facts.backup() == null) {
            all.add(new Condition(
                    Condition.Kind.ENGINE,
                    "The backup engine does not answer, so nothing can be said about the backups.",
                    "Look into the log, and restart HubStorage if it stays so."));
        }
        if (scheduler == null || !scheduler.running()) {
            all.add(new Condition(
                    Condition.Kind.SCHEDULER,
                    "The scheduler is not running, so no backup starts by itself.",
                    "Restart HubStorage, and look into the log for the cause."));
        }
        all.sort(Comparator.comparing(Condition::kind));
        return List.copyOf(all);
    }

    private Verdict verdict() {
        BackupMessage.Status backup = facts.backup();
        RunState current = backup == null ? null : backup.current();
        if (current != null) {
            return running(current);
        }
        Optional<Condition> worst =
                conditions.stream().filter(each -> each.kind().stopsBackups()).findFirst();
        if (backup == null && worst.isPresent()) {
            return condition(State.FAILING, worst.get());
        }
        if (facts.config().selection().isEmpty()) {
            return new Verdict(
                    State.NEEDS_SETUP,
                    "Nothing is backed up yet.",
                    "Choose your buckets: the set-up takes a minute. It checks the access and shows what a first run"
                            + " would copy.");
        }
        if (worst.isPresent()) {
            return condition(State.FAILING, worst.get());
        }
        return failing()
                .or(this::late)
                .or(this::attention)
                .or(this::missing)
                .or(this::paused)
                .orElseGet(this::safe);
    }

    private Verdict condition(State state, Condition condition) {
        return new Verdict(state, condition.message(), condition.remedy() + lastGood());
    }

    private Verdict running(RunState run) {
        int many = run.buckets().size();
        String what = many == 1 ? "bucket " + run.buckets().getFirst().bucket() : count(many);
        String since = "Started %s.".formatted(agoMark(run.start().startedAt()));
        if (run.phase() == RunPhase.CANCELLING) {
            return new Verdict(
                    State.RUNNING,
                    "Stopping the run.",
                    "What was transferred is kept, so the next run continues from there.");
        }
        RunState.Waiting waiting = run.waiting();
        if (waiting != null) {
            Instant retry = run.stage().retryAt();
            return new Verdict(
                    State.WAITING,
                    "Waiting for %s: %s since %s."
                            .formatted(
                                    waiting.what().toUpperCase(Locale.ROOT), waiting.cause(), atMark(waiting.since())),
                    (retry == null || run.phase() != RunPhase.RETRYING
                                    ? "The %s goes on by itself as soon as it can."
                                            .formatted(run.start().dryRun() ? "dry run" : "backup")
                                    : "The next attempt begins %s.".formatted(untilMark(retry)))
                            + lastGood());
        }
        if (run.start().dryRun()) {
            return new Verdict(
                    State.RUNNING,
                    many == 0 ? "Dry run." : "Dry run of %s.".formatted(what),
                    "Counting what a backup would do. Nothing is written. " + since);
        }
        if (run.phase() == RunPhase.RETRYING) {
            Instant at = run.stage().retryAt();
            return new Verdict(
                    State.RUNNING,
                    "Waiting to try again what failed.",
                    "Attempt %d of %d left something missing%s.%s"
                            .formatted(
                                    run.stage().attempt(),
                                    run.stage().maxAttempts(),
                                    at == null ? "" : "; the next begins " + untilMark(at),
                                    lastGood()));
        }
        return new Verdict(
                State.RUNNING,
                many == 0 ? "A backup is starting." : "Backing up %s.".formatted(what),
                since + lastGood());
    }

    private Optional<Verdict> failing() {
        Optional<RunRecord> failed = Stream.of(
                        facts.past().lastWhole(), facts.past().last())
                .filter(Objects::nonNull)
                .filter(run -> run.result() == RunResult.FAILED)
                .filter(run -> wanted().anyMatch(bucket -> isOlder(bucket, run)))
                .max(Comparator.comparing(RunRecord::startedAt));
        List<Bucket> bad = in(Standing.FAILING, Standing.PARTIAL);
        if (failed.isPresent() && (bad.isEmpty() || failed.get().buckets().isEmpty())) {
            return Optional.of(new Verdict(
                    State.FAILING,
                    "The last backup failed.",
                    "%s Earlier snapshots are untouched.%s%s"
                            .formatted(sentence(failed.get().message()), next(), lastGood())));
        }
        return bad.isEmpty()
                ? Optional.empty()
                : Optional.of(new Verdict(
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
        List<Bucket> late = in(Standing.LATE);
        SchedulerMessage.Status scheduler = facts.scheduler();
        boolean overdue = scheduler != null && scheduler.overdue() && !scheduler.paused() && scheduler.enabled();
        if (late.isEmpty() && !overdue) {
            return Optional.empty();
        }
        Optional<Instant> oldest = oldestCheck();
        String title = overdue
                ? oldest.isEmpty() ? "The first backup is late." : "The next backup is late."
                : wanted().count() == late.size()
                        ? "The last good backup is too old."
                        : late.size() == 1
                                ? "The last good copy of %s is too old."
                                        .formatted(late.getFirst().bucket())
                                : "The last good copies of %s are too old.".formatted(count(late.size()));
        return Optional.of(new Verdict(
                State.LATE,
                title,
                stopped()
                        + oldest.map(at -> "The last good backup was %s.".formatted(agoMark(at)))
                                .orElse("")
                        + (overdue
                                ? " It should have started already. Press Run now, and look into the log for what"
                                        + " holds it up."
                                : next())));
    }

    private Optional<Verdict> attention() {
        Optional<Condition> condition = conditions.stream().findFirst();
        if (condition.isPresent()) {
            return Optional.of(condition(State.ATTENTION, condition.get()));
        }
        int many = facts.alarms().size();
        return many == 0
                ? Optional.empty()
                : Optional.of(new Verdict(
                        State.ATTENTION,
                        many == 1 ? "Something needs a look." : "%d things need a look.".formatted(many),
                        (many == 1 ? facts.alarms().getFirst().message() : "The alarms below say what has happened.")
                                + next()
                                + lastGood()));
    }

    private Optional<Verdict> missing() {
        List<Bucket> missing = in(Standing.NEVER);
        if (missing.isEmpty() && wanted().findAny().isPresent()) {
            return Optional.empty();
        }
        long all = wanted().count();
        boolean none = missing.size() == all;
        String next = next();
        String more = schedule()
                .map(why -> " " + why + " Press Run now to back up.")
                .orElse(next.isEmpty() ? " Press Run now to make the first snapshot." : next);
        if (none && oldestCheck().isEmpty()) {
            return Optional.of(new Verdict(
                    State.NEVER_RUN,
                    facts.backup() != null && facts.backup().last() != null
                            ? "No backup has finished yet."
                            : "No backup has run yet.",
                    stopped() + more.strip()));
        }
        long well = in(Standing.SAFE).size();
        return Optional.of(new Verdict(
                State.NEVER_RUN,
                "%d of %s %s safe.".formatted(well, count((int) all), well == 1 ? "is" : "are"),
                stopped() + causes(missing) + more));
    }

    private Optional<Verdict> paused() {
        return schedule()
                .map(why -> new Verdict(
                        State.PAUSED,
                        why,
                        (facts.scheduler() != null && facts.scheduler().paused()
                                        ? "Nothing runs by itself until you resume it."
                                        : "Backups run only when you start them. Switch it on in Configuration.")
                                + lastGood()));
    }

    /** Why nothing runs by itself; empty when it does. */
    private Optional<String> schedule() {
        SchedulerMessage.Status scheduler = facts.scheduler();
        if (scheduler == null) {
            return Optional.empty();
        }
        return scheduler.paused()
                ? Optional.of("The schedule is paused.")
                : scheduler.enabled() ? Optional.empty() : Optional.of("The schedule is switched off.");
    }

    private Verdict safe() {
        List<Bucket> wanted = wanted().toList();
        String title = wanted.size() == 1
                ? "Bucket %s is safe.".formatted(wanted.getFirst().bucket())
                : "All %s are safe.".formatted(count(wanted.size()));
        RunRecord whole = facts.past().lastWhole();
        boolean unchanged = whole != null && !whole.newSnapshot();
        String when = oldestCheck()
                .map(at -> (unchanged ? "Checked %s, nothing had changed" : "Last backup %s").formatted(agoMark(at)))
                .orElse("");
        String next = facts.scheduler() == null || facts.scheduler().nextBackup() == null
                ? ""
                : ", next " + untilMark(facts.scheduler().nextBackup());
        return new Verdict(State.SAFE, title, stopped() + when + next + ".");
    }

    private Stream<Bucket> wanted() {
        return buckets.stream().filter(bucket -> bucket.state() != Standing.LEFT_OUT);
    }

    private List<Bucket> in(Standing... standings) {
        List<Standing> any = List.of(standings);
        return buckets.stream().filter(bucket -> any.contains(bucket.state())).toList();
    }

    /** When the bucket that was backed up longest ago was. */
    private Optional<Instant> oldestCheck() {
        return wanted().map(Bucket::checked).filter(Objects::nonNull).min(Comparator.naturalOrder());
    }

    private String lastGood() {
        return oldestCheck()
                .map(at -> " The last good backup was %s.".formatted(agoMark(at)))
                .orElse("");
    }

    private String next() {
        SchedulerMessage.Status scheduler = facts.scheduler();
        if (scheduler == null || scheduler.paused() || !scheduler.enabled()) {
            return schedule().map(why -> " " + why).orElse("");
        }
        return scheduler.nextBackup() == null
                ? ""
                : " The next run starts %s.".formatted(untilMark(scheduler.nextBackup()));
    }

    /** That the last run came to no end of its own. */
    private String stopped() {
        RunRecord last = facts.backup() == null ? null : facts.backup().last();
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

    /** What is wrong, the most frequent cause first, with the buckets it concerns. */
    private static String causes(List<Bucket> bad) {
        Map<String, List<String>> byCause = new LinkedHashMap<>();
        bad.forEach(bucket -> byCause.computeIfAbsent(String.valueOf(bucket.problem()), _ -> new ArrayList<>())
                .add(bucket.bucket()));
        List<String> told = byCause.entrySet().stream()
                .sorted(Comparator.comparingInt(cause -> -cause.getValue().size()))
                .limit(CAUSES)
                .map(cause -> "%s: %s".formatted(listing(cause.getValue()), sentence(cause.getKey())))
                .toList();
        int more = byCause.size() - told.size();
        return String.join(" ", told)
                + (more == 0 ? "" : " %d more %s below.".formatted(more, more == 1 ? "cause is" : "causes are"));
    }

    private static String listing(List<String> names) {
        if (names.size() <= 1) {
            return String.join("", names);
        }
        int named = names.size() <= NAMED ? names.size() - 1 : NAMED - 1;
        String last = names.size() <= NAMED ? names.getLast() : names.size() - named + " more";
        return String.join(", ", names.subList(0, named)) + " and " + last;
    }

    private static String sentence(@Nullable String phrase) {
        return phrase == null ? "" : phrase.matches("(?s).*[.!?]") ? phrase : phrase + ".";
    }

    private static String count(int many) {
        return many == 1 ? "1 bucket" : many + " buckets";
    }
}
