package io.hubstorage.web.auth;

import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Environment;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys in force: those of the environment, which may change while the program runs, and the password that was made at the
 * first start, which a command may replace. Use it on one context.
 */
final class KeyRing {
    private static final Logger LOG = LoggerFactory.getLogger(KeyRing.class);
    /** Slow looks that may wait for the one thread there is; each takes some tenths of a second. */
    private static final int MOST_LOOKS = 8;

    private static final Duration LOOKS_WAIT = Duration.ofSeconds(2);

    private final ConfigStore store;
    private final boolean exposed;
    private final StoredPassword stored;
    private final Runnable changed;
    private final Vertx vertx;
    private final WorkerExecutor looks;
    private @Nullable String storedHash;
    private Environment environment;
    private Keys keys;
    private int looking;
    /** Said once. */
    private boolean unreadable;

    /**
     * A ring with the keys of now.
     *
     * @param exposed whether others than this machine can reach the server
     * @param changed called when other keys are in force than before
     */
    KeyRing(
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
        this.keys = Keys.of(environment, storedHash);
        this.looks = vertx.createSharedWorkerExecutor("password-looks", 1);
    }

    /** Whether a key is asked for at all. */
    boolean isLocked() {
        return !store.settings().web().loginOff() && (exposed || current().areNamed());
    }

    /** Whether that is the token; false where there is none. */
    boolean isToken(String tried) {
        PasswordCheck token = current().token();
        return token != null && token.quickly(tried).orElse(false);
    }

    /** Whether that is the password. Fails with a {@link Refusal} when too many are waiting for the slow look. */
    Future<Boolean> isPassword(String tried) {
        Keys asked = current();
        PasswordCheck password = asked.password();
        if (password == null) {
            return Future.succeededFuture(false);
        }
        Optional<Boolean> quickly = password.quickly(tried);
        if (quickly.isPresent()) {
            return Future.succeededFuture(quickly.get());
        }
        if (looking >= MOST_LOOKS) {
            return Future.failedFuture(Refusal.tooMany(LOOKS_WAIT));
        }
        looking++;
        return looks.executeBlocking(() -> password.slowly(tried), true)
                .onComplete(looked -> looking--)
                // The lock may have been exchanged meanwhile.
                .map(right -> right && current() == asked);
    }

    /** Looks whether the stored password was replaced. */
    void refresh() {
        if (!isLocked()) {
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
        looks.close();
    }

    private Keys current() {
        Environment now = store.environment();
        if (now != environment) {
            take(now, storedHash);
        }
        return keys;
    }

    private void take(Environment now, @Nullable String hash) {
        Keys fresh = Keys.of(now, hash);
        environment = now;
        storedHash = hash;
        if (!fresh.sameAs(keys)) {
            keys = fresh;
            LOG.info("The dashboard has another password or token: whoever was logged in has to log in again");
            changed.run();
        }
    }

    /** What is stored, and what was made just now because nothing was. */
    record Prepared(@Nullable String hash, @Nullable String fresh) {}

    /** Makes a password where one is needed and there is none. Blocks. */
    static Prepared prepare(StoredPassword stored, boolean needed) throws IOException {
        if (!needed) {
            // It may be needed later, when a variable is taken away; if it cannot be read, that is told then.
            return new Prepared(null, null);
        }
        Optional<String> hash;
        try {
            hash = stored.hash();
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
