package io.hubstorage.transfer;

import io.hubstorage.bus.S3Message;
import io.hubstorage.bus.TransferMessage;
import io.hubstorage.jobs.Cancellation;
import io.hubstorage.requests.RetryPolicy;
import io.hubstorage.s3.Availability;
import io.hubstorage.s3.S3Failure;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Finds the buckets of the accounts: at once for somebody who looks on, and with patience for a run, which must not fail
 * because S3 is away for a minute just when it begins. Thread-safe.
 */
final class BucketSearch {
    private final Map<String, ForRun> runs = new ConcurrentHashMap<>();
    private final RetryPolicy retries;
    private final Supplier<List<InAccount>> accounts;

    private static final RetryPolicy IMPATIENT = new RetryPolicy(Duration.ofMillis(100), Duration.ofMillis(500), 3);
    /** What whoever looks on waits for one of several accounts. */
    private static final Duration LOOKING_ON = Duration.ofSeconds(15);
    /** What a run does: more than an outage that is waited out and the attempts after it take. */
    private static final Duration RUN = Duration.ofMinutes(8);

    @FunctionalInterface
    interface Search {
        S3Message.Buckets run(Availability availability) throws S3Failure, IOException, InterruptedException;
    }

    /**
     * The search in one account.
     *
     * @param account its name; null where the environment names it
     * @param inWords says for people why it failed
     */
    record InAccount(@Nullable String account, Search search, UnaryOperator<String> inWords) {}

    private record ForRun(Cancellation cancellation, Availability availability) {}

    /** In one account alone. */
    BucketSearch(RetryPolicy retries, Search search) {
        this(retries, () -> List.of(new InAccount(null, search, UnaryOperator.identity())));
    }

    /** @param accounts those that there are at the time of a search; at least one */
    BucketSearch(RetryPolicy retries, Supplier<List<InAccount>> accounts) {
        this.retries = retries;
        this.accounts = accounts;
    }

    /** Blocks, for a run as long as an outage may last. */
    S3Message.Buckets find(S3Message.Discover request) throws S3Failure, IOException, InterruptedException {
        String run = request.runId();
        if (run == null) {
            // Somebody waits for the answer: a moment's fault is passed over, an outage is told.
            return find(new ForRun(new Cancellation(), new Availability()), IMPATIENT, LOOKING_ON);
        }
        ForRun waiting = runs.computeIfAbsent(run, _ -> new ForRun(new Cancellation(), new Availability()));
        try {
            return find(waiting, retries, RUN);
        } finally {
            runs.remove(run);
        }
    }

    /** A lone account that does not tell fails the search; one of several is named, and has cost the others no more than time. */
    private S3Message.Buckets find(ForRun asked, RetryPolicy policy, Duration patience)
            throws S3Failure, IOException, InterruptedException {
        List<InAccount> all = accounts.get();
        if (all.size() == 1) {
            return find(all.getFirst(), asked, policy);
        }
        List<Callable<S3Message.Buckets>> searches = new ArrayList<>();
        all.forEach(each -> searches.add(() -> find(each, asked, policy)));
        List<Future<S3Message.Buckets>> answers = Accounts.ask(searches, patience);
        List<S3Message.Bucket> found = new ArrayList<>();
        List<S3Message.Undiscovered> undiscovered = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            String account = all.get(i).account;
            Future<S3Message.Buckets> answer = answers.get(i);
            switch (answer.state()) {
                case SUCCESS -> answer.resultNow().buckets().forEach(bucket -> found.add(bucket.of(account)));
                case FAILED -> undiscovered.add(undiscovered(all.get(i), answer.exceptionNow()));
                default ->
                    undiscovered.add(new S3Message.Undiscovered(
                            account, "no answer within %d s".formatted(patience.toSeconds())));
            }
        }
        found.sort(Comparator.comparing(S3Message.Bucket::name));
        return new S3Message.Buckets(List.copyOf(found), List.copyOf(undiscovered));
    }

    private static S3Message.Buckets find(InAccount one, ForRun asked, RetryPolicy policy)
            throws S3Failure, IOException, InterruptedException {
        return policy.retrying(asked.cancellation, () -> one.search.run(asked.availability));
    }

    private static S3Message.Undiscovered undiscovered(InAccount one, Throwable failure) {
        if (failure instanceof CancellationException told) {
            throw told;
        }
        return new S3Message.Undiscovered(one.account, one.inWords.apply(String.valueOf(failure.getMessage())));
    }

    List<TransferMessage.Discovering> underWay() {
        return runs.entrySet().stream()
                .map(run -> new TransferMessage.Discovering(
                        run.getKey(), run.getValue().availability.service()))
                .toList();
    }

    void cancel(String runId) {
        ForRun waiting = runs.get(runId);
        if (waiting != null) {
            waiting.cancellation.request();
        }
    }

    void cancelAll() {
        runs.values().forEach(waiting -> waiting.cancellation.request());
    }
}
