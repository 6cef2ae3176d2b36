package io.hubstorage.web.auth;

import io.hubstorage.web.auth.Principal.Program;
import io.hubstorage.web.http.ClientInfo;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/** Looks at passwords and tokens, as often as a client may try. Use it on one context. */
final class CredentialCheck {
    /** A longer one is wrong without a look. */
    private static final int LONGEST_PASSWORD = 1_024;

    private final CredentialStore credentials;
    private final TokenKeeper tokens;
    private final KnownBrowsers known;
    private final FailedLogins failed;
    private final Tries tries;

    CredentialCheck(
            CredentialStore credentials,
            TokenKeeper tokens,
            KnownBrowsers known,
            FailedLogins failed,
            InstantSource clock) {
        this.credentials = credentials;
        this.tokens = tokens;
        this.known = known;
        this.failed = failed;
        this.tries = new Tries(clock);
    }

    /** A password of the form. Fails with an {@link AuthFailure}, as all of these do. */
    Future<Void> form(HttpServerRequest request, ClientInfo client, String password) {
        Optional<String> browser = known.of(request, client);
        // Forms and headers are counted apart: a script with an old password does not lock its owner's browser out.
        Tries.Try one = tries.ofPassword(
                browser.map(id -> "browser " + id).orElse("form " + client.address()), browser.isPresent());
        return password(one, client.address(), password).onFailure(failed::count);
    }

    /** What comes with a request in its {@code Authorization} header, which has something. */
    Future<Program> header(Authorization.Brought brought, ClientInfo client) {
        String address = client.address();
        String tracked = "header " + address;
        return (switch (brought) {
                    case Authorization.Token(String text) -> token(tries.of(tracked), address, text);
                    case Authorization.Password(String text) ->
                        password(tries.ofPassword(tracked, false), address, text)
                                .map(right -> new Program(Identity.PASSWORD));
                })
                .onFailure(failed::count);
    }

    /**
     * A login that somebody else looks at: takes one of the client's tries, and gives it back when it was right, or could not be
     * looked at.
     */
    <T> Future<T> elsewhere(ClientInfo client, Supplier<Future<T>> look) {
        Tries.Try one = tries.of("provider " + client.address());
        Optional<Duration> wait = tries.take(one);
        if (wait.isPresent()) {
            AuthFailure tooMany = failed.tooMany(client.address(), wait.get());
            failed.count(tooMany);
            return Future.failedFuture(tooMany);
        }
        return look.get().onSuccess(right -> tries.giveBack(one)).onFailure(cause -> {
            if (cause instanceof SignInFailure failure && failure.isTheirFault()) {
                failed.refused(failure, client.address());
            } else {
                tries.giveBack(one);
            }
        });
    }

    /** Whose token that is; nothing else is done where it is nobody's. */
    Optional<Program> ofToken(String text) {
        return credentials.isToken(text) ? Optional.of(new Program(Identity.ENVIRONMENT_TOKEN)) : tokens.find(text);
    }

    private Future<Program> token(Tries.Try one, String address, String text) {
        Optional<Duration> wait = tries.take(one);
        if (wait.isPresent()) {
            return Future.failedFuture(failed.tooMany(address, wait.get()));
        }
        Optional<Program> program = ofToken(text);
        if (program.isEmpty()) {
            return Future.failedFuture(failed.wrong(address));
        }
        tries.giveBack(one);
        return Future.succeededFuture(program.get());
    }

    private Future<Void> password(Tries.Try one, String address, String password) {
        Optional<Duration> wait = tries.take(one);
        if (wait.isPresent()) {
            return Future.failedFuture(failed.tooMany(address, wait.get()));
        }
        if (password.isEmpty() || password.length() > LONGEST_PASSWORD) {
            return Future.failedFuture(failed.wrong(address));
        }
        return credentials
                .isPassword(password, tries.turn(one))
                .onFailure(notLookedAt -> tries.giveBack(one))
                .compose(right -> {
                    if (!right) {
                        return Future.failedFuture(failed.wrong(address));
                    }
                    tries.prove(one);
                    return Future.succeededFuture();
                });
    }

    /** There are other credentials: nobody has shown them yet. */
    void forgetProven() {
        tries.forgetProven();
    }

    void sweep() {
        tries.sweep();
    }
}
