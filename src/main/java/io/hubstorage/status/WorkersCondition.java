package io.hubstorage.status;

import io.hubstorage.bus.StatusMessage.Condition;
import io.hubstorage.bus.WorkersMessage;
import io.hubstorage.bus.WorkersMessage.Worker;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is said of workers that are lost or not let in: one thing for all of them. Pure. */
final class WorkersCondition {
    private WorkersCondition() {}

    static Optional<Condition> condition(WorkersMessage.@Nullable Listing workers, Instant now) {
        List<Worker> missed = workers == null ? List.of() : workers.missed(now);
        return missed.isEmpty()
                ? Optional.empty()
                : Optional.of(new Condition(
                        Condition.Kind.WORKER,
                        message(missed),
                        remedy(missed),
                        missed.getFirst().missingSince()));
    }

    private static boolean areLost(List<Worker> missed) {
        return missed.stream().allMatch(each -> each.problem() == null);
    }

    private static String message(List<Worker> missed) {
        boolean none = missed.stream().noneMatch(each -> each.problem() == null);
        String what = areLost(missed) ? "lost" : none ? "not let in" : "missing";
        return missed.size() == 1
                ? "Worker %s is %s.".formatted(missed.getFirst().name(), what)
                : "%d workers are %s: %s."
                        .formatted(
                                missed.size(),
                                what,
                                Phrases.listing(
                                        missed.stream().map(Worker::name).toList()));
    }

    private static String remedy(List<Worker> missed) {
        boolean one = missed.size() == 1;
        String goesOn = "Backups go on without %s.".formatted(one ? "it" : "them");
        if (areLost(missed)) {
            return one
                    ? goesOn + " Start it again, or forget it on the Storage page if it will not come back."
                    : goesOn + " Start them again, or forget on the Storage page those that will not come back.";
        }
        List<String> problems = missed.stream()
                .map(Worker::problem)
                .map(Objects::toString)
                .distinct()
                .toList();
        if (problems.size() > 1) {
            return goesOn + " The Storage page says what each of them needs.";
        }
        String problem = problems.getFirst();
        return one
                ? "%s%s %s".formatted(problem.substring(0, 1).toUpperCase(Locale.ROOT), problem.substring(1), goesOn)
                : "Each of them: %s %s".formatted(problem, goesOn);
    }
}
