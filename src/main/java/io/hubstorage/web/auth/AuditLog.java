package io.hubstorage.web.auth;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the {@link AuditFile} behind the back of what it tells of: nothing waits for it, and nothing fails because it cannot be
 * written; the log says so then. Use it on one context.
 */
public final class AuditLog {
    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);
    /** A disk that hangs must not fill the memory. */
    private static final int MOST_WAITING = 1_000;
    /** What came to nothing gets a line this often: nobody washes the log out with wrong passwords or empty orders. */
    private static final Duration QUIET = Duration.ofMinutes(1);

    /** How long the stop waits for the last lines. */
    private static final long LAST_SECONDS = 1;

    private static final AuditEntry.By NOBODY = new AuditEntry.By(null, null, null, null);

    private final Vertx vertx;
    private final OwnThread thread;
    private final InstantSource clock;
    private final AuditFile file;
    /** The last ones that are not written yet, by who it was and what it was. */
    private final Map<String, Quiet> refusals = new HashMap<>();

    private int waiting;
    /** Lines that could not be written, and that no line tells of yet. */
    private long lost;

    private boolean unwritable;

    /**
     * A kind of refusal of which there was a line just now.
     *
     * @param untold since then
     * @param last of them; null if there was none
     */
    private record Quiet(
            Instant until, long untold, @Nullable AuditEntry last) {}

    AuditLog(Vertx vertx, InstantSource clock, AuditFile file) {
        this.vertx = vertx;
        this.thread = new OwnThread(vertx, "audit-log");
        this.clock = clock;
        this.file = file;
    }

    /**
     * Something was done, tried or refused. What came to nothing, of the same kind and by the same one, shares a line a minute.
     *
     * @param address where it came from
     * @param status as of HTTP
     */
    public void add(
            String action, @Nullable String subject, Principal principal, @Nullable String address, int status) {
        AuditEntry entry =
                AuditEntry.of(clock.instant(), action, subject, AuditEntry.By.of(principal, address), status);
        if (entry.mayBeDone()) {
            write(entry, 1);
        } else {
            share(action + '\n' + entry.by().name(), entry);
        }
    }

    private void share(String kind, AuditEntry entry) {
        Quiet quiet = refusals.get(kind);
        if (quiet != null && entry.at().isBefore(quiet.until())) {
            refusals.put(kind, new Quiet(quiet.until(), quiet.untold() + 1, entry));
            return;
        }
        refusals.put(kind, new Quiet(entry.at().plus(QUIET), 0, null));
        write(quiet == null ? entry : entry.withMore(quiet.untold()), 1);
    }

    /** To be called now and then: tells what was held back, and what was lost. */
    void sweep() {
        if (waiting == 0) {
            tellLost();
        }
        Instant now = clock.instant();
        for (Map.Entry<String, Quiet> each : List.copyOf(refusals.entrySet())) {
            Quiet quiet = each.getValue();
            if (!now.isBefore(quiet.until())) {
                refusals.remove(each.getKey());
                AuditEntry last = quiet.last();
                if (last != null) {
                    write(last.withMore(quiet.untold() - 1), 1);
                }
            }
        }
    }

    public Future<AuditFile.Page> read(int limit, @Nullable String before) {
        // Behind what is being written: who has just done something finds it here.
        return thread.call(() -> null).compose(written -> vertx.executeBlocking(() -> file.read(limit, before), false));
    }

    /** Succeeds when all that was told before is written, or after a second. */
    public Future<Void> written() {
        return thread.<Void>call(() -> null)
                .timeout(LAST_SECONDS, TimeUnit.SECONDS)
                .otherwiseEmpty();
    }

    /** @param worth how many lines are lost with it */
    private void write(AuditEntry entry, long worth) {
        if (waiting >= MOST_WAITING) {
            lost += worth;
            complain("its disk does not answer");
            return;
        }
        waiting++;
        thread.call(() -> {
                    file.append(entry);
                    return null;
                })
                .onComplete(done -> {
                    waiting--;
                    if (done.failed()) {
                        lost += worth;
                        complain(String.valueOf(done.cause().getMessage()));
                    } else {
                        unwritable = false;
                        tellLost();
                    }
                });
    }

    /** Nobody does unseen what he likes because he has brought the log to a stop before: that it stood is seen. */
    private void tellLost() {
        if (lost > 0) {
            long told = lost;
            lost = 0;
            write(AuditEntry.of(clock.instant(), "audit.lost", "lines " + told, NOBODY, 500), told);
        }
    }

    private void complain(String reason) {
        if (!unwritable) {
            LOG.warn("The audit log cannot be written ({}): what is done meanwhile stands in no line of it", reason);
        }
        unwritable = true;
    }
}
