package io.hubstorage.web.auth;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens in force: those of the {@link TokenStore}, looked at again and again, and what was begun with each and ends with it. Use
 * it on one context.
 */
public final class TokenKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(TokenKeeper.class);
    /** A token that is used all the time costs a write this often. */
    private static final Duration NOTED_EVERY = Duration.ofMinutes(10);

    /** How long whoever revokes one waits for a disk. */
    private static final long PATIENCE_SECONDS = 10;

    private final OwnThread thread;
    private final InstantSource clock;
    private final TokenStore store;
    private final boolean hasFile;
    private Map<String, ApiToken> byDigest = Map.of();
    private final Map<String, EndHandlers> endHandlers = new HashMap<>();
    /** When some were used that is not written down yet, by id. */
    private final Map<String, Instant> uses = new HashMap<>();

    /** Those that were revoked here, as long as they may still stand in the file. */
    private final Set<String> revoked = new HashSet<>();
    /** Those of which the log said that this version does not know their role. */
    private final Set<String> saidUnknown = new HashSet<>();

    private boolean unreadable;
    private boolean looking;

    /** To be made on a thread that may block. */
    TokenKeeper(Vertx vertx, InstantSource clock, TokenStore store, List<ApiToken> tokens) {
        this.thread = new OwnThread(vertx, "api-tokens");
        this.clock = clock;
        this.store = store;
        this.hasFile = store.hasFile();
        take(tokens);
    }

    /** Whether there is none that lets anybody in. */
    public boolean isEmpty() {
        return byDigest.isEmpty();
    }

    /** Whether there was a file of them at the start, though none in it may let anybody in. */
    public boolean haveFile() {
        return hasFile;
    }

    /** Whose token that is; counts as its use. */
    Optional<Principal.Program> find(String text) {
        // By a digest: how long the look takes says nothing about the tokens there are.
        ApiToken token = text.startsWith(TokenStore.PREFIX) ? byDigest.get(Tokens.digest(text)) : null;
        Instant now = clock.instant();
        if (token == null || token.isOver(now)) {
            return Optional.empty();
        }
        Instant noted = token.lastUsedAt();
        if (noted == null || !now.isBefore(noted.plus(NOTED_EVERY))) {
            uses.put(token.id(), now);
        }
        return Optional.of(new Principal.Program(token.identity(), Optional.of(token.id())));
    }

    /** Has that called when the token is revoked or has expired, at once if it is; what is returned unsubscribes it. */
    Runnable onEnd(String id, Runnable end) {
        if (!isInForce(id)) {
            end.run();
            return () -> {};
        }
        return endHandlers.computeIfAbsent(id, _ -> new EndHandlers()).add(end);
    }

    /** All of them, the expired ones too. */
    public Future<List<ApiToken>> list() {
        return refresh().compose(noted -> thread.call(store::list));
    }

    /** Fails with an {@link IllegalStateException} as {@link TokenStore#create} does. */
    public Future<TokenStore.Made> create(String name, Role role, @Nullable Instant expires) {
        return changing(() -> store.create(name, role, expires));
    }

    /**
     * Ends one, and what goes on with it: at once, whatever its disk says.
     *
     * @return fails when it could not be removed from the file, or not within {@value #PATIENCE_SECONDS} s; then it is out until a
     *     restart at least
     */
    public Future<Optional<ApiToken>> revoke(String id) {
        // Also where it is not known: what cannot be read just now can be read again later.
        revoked.add(id);
        take(List.copyOf(byDigest.values()));
        return changing(() -> store.revoke(id))
                .onSuccess(removed -> revoked.remove(id))
                .timeout(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private boolean isInForce(String id) {
        return byDigest.values().stream().anyMatch(token -> token.id().equals(id));
    }

    private <T> Future<T> changing(Callable<T> work) {
        return thread.call(work).compose(done -> refresh().map(done));
    }

    /** To be called now and then; a disk that hangs is asked once. */
    void sweep() {
        if (!looking) {
            looking = true;
            refresh().onComplete(looked -> looking = false);
        }
    }

    /** Looks at the file, which a command may have changed, ends what may not go on, and writes down what was used. */
    Future<Void> refresh() {
        Map<String, Instant> used = Map.copyOf(uses);
        uses.clear();
        return thread.call(() -> {
                    note(used);
                    return store.list();
                })
                .<Void>map(tokens -> {
                    take(tokens);
                    unreadable = false;
                    return null;
                })
                // Whatever went wrong, also above: what cannot be looked at lets nobody in.
                .otherwise(failure -> {
                    if (!unreadable) {
                        LOG.warn(
                                "No API token is let in: {} ({})",
                                failure.getMessage(),
                                failure.getClass().getSimpleName());
                    }
                    unreadable = true;
                    take(List.of());
                    return null;
                });
    }

    /** A disk that takes nothing keeps nobody out. */
    private void note(Map<String, Instant> used) {
        try {
            if (!used.isEmpty()) {
                store.used(used);
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("When tokens were last used could not be written down", e);
        }
    }

    private void take(List<ApiToken> tokens) {
        Instant now = clock.instant();
        Map<String, ApiToken> taken = new HashMap<>();
        for (ApiToken token : tokens) {
            if (!token.hasKnownRole()) {
                sayUnknown(token);
            } else if (!token.isOver(now) && !revoked.contains(token.id())) {
                taken.put(token.digest(), token);
            }
        }
        byDigest = Map.copyOf(taken);
        Set<String> inForce = byDigest.values().stream().map(ApiToken::id).collect(Collectors.toSet());
        for (Map.Entry<String, EndHandlers> each : List.copyOf(endHandlers.entrySet())) {
            if (!inForce.contains(each.getKey()) || each.getValue().isEmpty()) {
                endHandlers.remove(each.getKey());
                each.getValue().run();
            }
        }
    }

    private void sayUnknown(ApiToken token) {
        if (saidUnknown.add(token.id())) {
            LOG.warn(
                    "The API token {} is not let in: this version knows no role {}. Revoke it, or install the version"
                            + " that made it",
                    token.id(),
                    token.role());
        }
    }
}
