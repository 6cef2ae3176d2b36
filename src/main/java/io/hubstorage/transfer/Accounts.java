package io.hubstorage.transfer;

import io.hubstorage.bus.BucketName;
import io.hubstorage.config.ConfigException;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.requests.RequestPermits;
import io.hubstorage.s3.S3Access;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The S3 of each account, opened when it is first used: clients, permits and memory of its own, so that one that is down or
 * throttles costs the others nothing. Bandwidth is shared, because the line is. Thread-safe.
 */
final class Accounts implements AutoCloseable {
    private final ConfigStore config;
    private final String version;
    private final Duration stall;
    private final DownloadRequests shared;
    private final long memory;
    private final Map<@Nullable String, Account> open = new HashMap<>();
    private int ceiling = S3Connection.CONNECTIONS;

    /**
     * One account.
     *
     * @param name null for the one that the environment names
     */
    record Account(
            @Nullable String name,
            S3Connection connection,
            RequestPermits permits,
            DownloadRequests requests,
            int sharers) {
        S3Access s3() {
            return connection.get();
        }

        /** A text for people, with the names of variables as they are in this account. */
        String inWords(String text) {
            try {
                return s3().inWords(text);
            } catch (S3Connection.UnknownAccountException | ConfigException _) {
                return text;
            }
        }
    }

    /**
     * @param shared what they have in common
     * @param memory of bodies, of all of them together
     */
    Accounts(ConfigStore config, String version, Duration stall, DownloadRequests shared, long memory) {
        this.config = config;
        this.version = version;
        this.stall = stall;
        this.shared = shared;
        this.memory = memory;
    }

    /** The account of a bucket, whether or not the configuration has it: some work on its bucket needs no S3. */
    Account of(String bucket) {
        return named(BucketName.parse(bucket).account());
    }

    synchronized Account named(@Nullable String name) {
        int sharers = 1 + config.config().selection().accounts().size();
        Account before = open.get(name);
        if (before == null || before.sharers != sharers) {
            Account now = before == null ? begin(name, sharers) : share(before, sharers);
            open.put(name, now);
            return now;
        }
        return before;
    }

    private Account begin(@Nullable String name, int sharers) {
        RequestPermits permits = new RequestPermits(ceiling);
        S3Connection connection = new S3Connection(() -> config.aws(name), version, stall);
        return share(new Account(name, connection, permits, shared, 0), sharers);
    }

    /** With a part of the memory; work that is under way keeps the one it has. */
    private Account share(Account account, int sharers) {
        DownloadRequests requests = shared.ofAccount(account.permits, memoryOf(memory, sharers));
        return new Account(account.name, account.connection, account.permits, requests, sharers);
    }

    /**
     * What one of several may hold of that much memory: its part, but as much as the largest body that is held whole, or a
     * range. With so many accounts that their parts are less, they take more than that together, those that work at all.
     */
    static long memoryOf(long memory, int sharers) {
        return Math.max(memory / sharers, Math.max(ObjectFetch.SMALL, RangedDownload.RANGE_MEMORY));
    }

    /** All of them, the one without a name first. */
    List<Account> all() {
        List<Account> all = new ArrayList<>(List.of(named(null)));
        config.config().selection().accounts().keySet().forEach(name -> all.add(named(name)));
        return all;
    }

    /**
     * Asks several of them side by side, and gives those up that take longer than that: their answers are cancelled, and nobody
     * waits for what heeds no interrupt.
     */
    static <T> List<Future<T>> ask(List<Callable<T>> questions, Duration patience) throws InterruptedException {
        // Not closed: that would wait for all of them.
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            return threads.invokeAll(questions, patience.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            threads.shutdownNow();
        }
    }

    /** How many requests of an account may be under way at most. */
    synchronized void ceiling(int most) {
        ceiling = most;
        open.values().forEach(account -> account.permits.ceiling(most));
    }

    /** Closes what the configuration has made out of date; call when nothing is using it. */
    synchronized void closeOutdated() {
        Set<String> known = config.config().selection().accounts().keySet();
        open.values().removeIf(account -> {
            boolean gone = account.name != null && !known.contains(account.name);
            if (gone) {
                account.connection.close();
            } else {
                account.connection.closeOutdated();
            }
            return gone;
        });
    }

    @Override
    public synchronized void close() {
        open.values().forEach(account -> account.connection.close());
    }
}
