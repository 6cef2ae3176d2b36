package io.hubstorage.web.auth;

import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Environment;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The credentials in force: those of the environment, which may change while the program runs, and the password that was made at the
 * first start, which a command may replace. Use it on one context.
 */
final class CredentialStore {
    private static final Logger LOG = LoggerFactory.getLogger(CredentialStore.class);
    /** Slow looks that may wait for the one thread there is; each takes some tenths of a second. */
    private static final int MOST_LOOKS = 32;
    /** Of those, from one client. */
    private static final int MOST_OF_ONE = 4;

    private static final Duration LOOKS_WAIT = Duration.ofSeconds(2);

    private final ConfigStore store;
    private final boolean exposed;
    private final StoredPassword stored;
    private final Runnable changed;
    private final Vertx vertx;
    private final WorkerExecutor looks;
    private @Nullable String storedHash;
    private Environment environment;
    private Credentials credentials;
    /** By client, the one whose turn is next first. */
    private final LinkedHashMap<String, Deque<Look>> waiting = new LinkedHashMap<>();

    private int looking;
    private boolean busy;
    private boolean closed;
    /** Said once. */
    private boolean unreadable;

    private boolean saidKept;

    /**
     * One with the credentials of now.
     *
     * @param exposed whether others than this machine can reach the server
     * @param changed called when other credentials are in force than before
     */
    CredentialStore(
            Vertx vertx,
            ConfigStore store,
            boolean exposed,
            StoredPassword stored,
            @Nullable String storedHash,
            Runnable changed) {
        this.vertx = vertx;
        this.store = store;
        this.exposed = exposed;
        this.stored = stored;
        this.storedHash = storedHash;
        this.changed = changed;
        this.environment = store.environment();
        this.credentials = Credentials.of(environment, storedHash);
        this.looks = vertx.createSharedWorkerExecutor("password-looks", 1);
    }

    /** Whether credentials are asked for at all. */
    boolean isRequired() {
        return !store.settings().web().loginOff() && (exposed || current().areNamed());
    }

    /** Whether that is the token; false where there is none. */
    boolean isToken(String tried) {
        PasswordCheck token = current().token();
        return token != null && token.quickly(tried).orElse(false);
    }

    private record Look(PasswordCheck password, String tried, Promise<Boolean> found) {}

    /**
     * Whether that is the password. Where it takes the slow look, clients take turns, so that one that tries many does not keep
     * another one waiting for all of them; and where too many wait, whoever has none waiting yet takes the place of one who has
     * several.
     *
     * @param client who asks
     * @param first whether this client goes before others
     * @return fails with an {@link AuthFailure} when too many are waiting
     */
    Future<Boolean> isPassword(String tried, String client, boolean first) {
        Credentials asked = current();
        PasswordCheck password = asked.password();
        if (password == null) {
            return Future.succeededFuture(false);
        }
        Optional<Boolean> quickly = password.quickly(tried);
        if (quickly.isPresent()) {
            return Future.succeededFuture(quickly.get());
        }
        Deque<Look> own = waiting.computeIfAbsent(client, newcomer -> new ArrayDeque<>());
        boolean full = looking >= MOST_LOOKS && !first;
        if (own.size() >= MOST_OF_ONE || (full && !(own.isEmpty() && makeRoom()))) {
            if (own.isEmpty()) {
                waiting.remove(client);
            }
            return Future.failedFuture(AuthFailure.tooMany(LOOKS_WAIT));
        }
        looking++;
        Promise<Boolean> found = Promise.promise();
        own.add(new Look(password, tried, found));
        if (first) {
            waiting.putFirst(client, own);
        }
        lookOn();
        return found.future()
                // Others may have come into force meanwhile.
                .map(right -> right && current() == asked);
    }

    /** Sends the last one away of whoever has most waiting; not where nobody has two. */
    private boolean makeRoom() {
        Deque<Look> longest = Collections.max(waiting.values(), Comparator.comparingInt(Deque::size));
        if (longest.size() < 2) {
            return false;
        }
        looking--;
        longest.removeLast().found().fail(AuthFailure.tooMany(LOOKS_WAIT));
        return true;
    }

    private void lookOn() {
        Map.Entry<String, Deque<Look>> next = busy || closed ? null : waiting.pollFirstEntry();
        if (next == null) {
            return;
        }
        Look look = next.getValue().removeFirst();
        if (!next.getValue().isEmpty()) {
            waiting.put(next.getKey(), next.getValue());
        }
        busy = true;
        looks.executeBlocking(() -> look.password().slowly(look.tried()), true).onComplete(looked -> {
            busy = false;
            looking--;
            look.found().handle(looked);
            lookOn();
        });
    }

    /** Looks whether the stored password was replaced. */
    void refresh() {
        if (!isRequired()) {
            return;
        }
        vertx.executeBlocking(stored::hash, false)
                .onSuccess(hash -> {
                    unreadable = false;
                    take(store.environment(), hash.orElse(null));
                })
                .onFailure(failure -> {
                    if (!unreadable) {
                        LOG.warn("{} cannot be used: {}", stored.path(), failure.getMessage());
                    }
                    unreadable = true;
                });
    }

    void close() {
        closed = true;
        looks.close();
    }

    private Credentials current() {
        Environment now = store.environment();
        if (now != environment) {
            take(now, storedHash);
        }
        return credentials;
    }

    private void take(Environment now, @Nullable String hash) {
        Credentials fresh = Credentials.of(now, hash);
        environment = now;
        storedHash = hash;
        if (credentials.areNamed() && !fresh.areNamed()) {
            // An .env that is empty for a moment, as some editors leave it, must open no door.
            if (saidKept) {
                return;
            }
            saidKept = true;
            LOG.warn("No password or token is set any more: the last ones stay in force until HubStorage is restarted"
                    + " (HUBSTORAGE_AUTH=none switches the login off)");
            return;
        }
        saidKept = false;
        if (!fresh.sameAs(credentials)) {
            credentials = fresh;
            LOG.info("The dashboard has another password or token: whoever was logged in has to log in again");
            changed.run();
        }
    }

    /** What is stored, and what was made just now because nothing was. */
    record Prepared(@Nullable String hash, @Nullable String fresh) {}

    /** Makes a password where one is needed and there is none; where there is one that may not be read, one for now. Blocks. */
    static Prepared prepare(StoredPassword stored, boolean needed) throws IOException {
        if (!needed) {
            // It may be needed later, when a variable is taken away; if it cannot be read, that is told then.
            return new Prepared(null, null);
        }
        Optional<String> hash;
        try {
            hash = stored.hash();
        } catch (AccessDeniedException e) {
            // As after a change of the container's user: somebody must be able to come in and read what to do.
            LOG.warn(
                    "{} cannot be read by the user that HubStorage runs as: until it can, another password holds,"
                            + " which is told where the program was started",
                    stored.path());
            String passing = StoredPassword.random();
            return new Prepared(PasswordHash.of(passing), passing);
        } catch (IOException e) {
            throw new IOException("%s cannot be used: %s".formatted(stored.path(), e.getMessage()), e);
        }
        if (hash.isPresent()) {
            return new Prepared(hash.get(), null);
        }
        try {
            String fresh = stored.renew();
            return new Prepared(stored.hash().orElseThrow(), fresh);
        } catch (IOException e) {
            throw new IOException(
                    ("%s cannot be written (%s), and no password is set. Set HUBSTORAGE_WEB_PASSWORD, or"
                                    + " HUBSTORAGE_AUTH=none where everybody who reaches the port may do everything.")
                            .formatted(stored.path(), e.getMessage()),
                    e);
        }
    }
}
