package io.hubstorage.web.auth;

import io.hubstorage.config.ConfigStore;
import io.hubstorage.config.Environment;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The credentials in force: those of the environment, which may change while the program runs, and the password that was made at the
 * first start, which a command may replace. Use it on one context.
 */
final class CredentialStore {
    private static final Logger LOG = LoggerFactory.getLogger(CredentialStore.class);

    private final Vertx vertx;
    private final ConfigStore store;
    private final boolean exposed;
    private final StoredPassword stored;
    private final Consumer<String> tell;
    private final PasswordQueue looks;
    private Runnable changed = () -> {};
    private @Nullable String storedHash;
    private Environment environment;
    private Credentials credentials;
    /** Whether it was logged already that the kept password cannot be read. */
    private boolean unreadable;

    private boolean saidKept;
    private boolean looking;

    /**
     * @param exposed whether others than this machine can reach the server
     * @param tell gets a password that had to be made, to tell it once; on a thread that may block
     */
    CredentialStore(
            Vertx vertx,
            ConfigStore store,
            boolean exposed,
            StoredPassword stored,
            @Nullable String storedHash,
            Consumer<String> tell) {
        this.vertx = vertx;
        this.store = store;
        this.exposed = exposed;
        this.stored = stored;
        this.storedHash = storedHash;
        this.tell = tell;
        this.looks = new PasswordQueue(vertx);
        this.environment = store.environment();
        this.credentials = Credentials.of(environment, storedHash);
    }

    boolean isRequired() {
        return !store.settings().web().login().off() && (exposed || current().areNamed());
    }

    /** Has that called when other credentials are in force than before. */
    void onChange(Runnable listener) {
        changed = listener;
    }

    /** What is in force, as {@link Credentials#text} has it. */
    String text() {
        return current().text();
    }

    boolean isToken(String tried) {
        Credentials.Secret token = current().token();
        return token != null && token.quickly(tried).orElse(false);
    }

    /**
     * Whether that is the password.
     *
     * @param turn in the {@link PasswordQueue}, where it takes the slow look
     * @return fails with an {@link AuthFailure} when too many are waiting
     */
    Future<Boolean> isPassword(String tried, int turn) {
        Credentials asked = current();
        Credentials.Secret password = asked.password();
        if (password == null) {
            return Future.succeededFuture(false);
        }
        return password.quickly(tried)
                .map(Future::succeededFuture)
                .orElseGet(() -> looks.look(turn, () -> password.slowly(tried))
                        // Others may have come into force meanwhile.
                        .map(right -> right && current() == asked));
    }

    /** Looks whether the stored password was replaced; makes one where it is needed only since now, and there is none. */
    void refresh() {
        if (looking || !isRequired()) {
            return;
        }
        // A disk that hangs costs one of Vert.x's threads, and not one more with each look.
        looking = true;
        boolean needed = current().password() == null;
        vertx.executeBlocking(
                        () -> needed
                                ? Optional.of(stored.ready())
                                : stored.hash().map(hash -> new StoredPassword.Ready(hash, null)),
                        false)
                .onComplete(looked -> looking = false)
                .onSuccess(found -> {
                    unreadable = false;
                    take(
                            store.environment(),
                            found.map(StoredPassword.Ready::hash).orElse(null));
                    found.map(StoredPassword.Ready::fresh).ifPresent(this::tell);
                })
                .onFailure(failure -> {
                    if (!unreadable) {
                        LOG.warn("{} cannot be used: {}", stored.path(), failure.getMessage());
                    }
                    unreadable = true;
                });
    }

    private void tell(String password) {
        vertx.executeBlocking(
                () -> {
                    tell.accept(password);
                    return null;
                },
                false);
    }

    void close() {
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
        boolean noneLeft = credentials.areNamed() && !fresh.areNamed();
        if (noneLeft) {
            // An .env that is empty for a moment, as some editors leave it, must open no door.
            fresh = credentials.kept(Objects.equals(hash, storedHash) ? null : hash);
            if (!saidKept) {
                LOG.warn("Nothing that asks for a login is set any more: until HubStorage is restarted it is asked for"
                        + " all the same, and the last password and token stay in force (HUBSTORAGE_AUTH=none"
                        + " switches the login off)");
            }
        }
        saidKept = noneLeft;
        environment = now;
        storedHash = hash;
        if (!fresh.sameAs(credentials)) {
            credentials = fresh;
            LOG.info("The dashboard has another password or token, or lets in others: whoever was logged in has to log"
                    + " in again");
            changed.run();
        }
    }
}
