package io.hubstorage.web.oidc;

import io.hubstorage.config.OpenIdSettings;
import io.hubstorage.web.auth.SignInFailure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.oauth2.OAuth2Auth;
import io.vertx.ext.auth.oauth2.OAuth2Options;
import io.vertx.ext.auth.oauth2.providers.OpenIDConnectAuth;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds out where a provider has what, and which keys it signs with. Use it on one context. */
final class Discovery {
    private static final Logger LOG = LoggerFactory.getLogger(Discovery.class);
    /** How long a browser waits for each answer of the provider. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int CONNECT_MILLIS = 5_000;
    /** Who only begins logins costs the provider a request this often. */
    private static final Duration REMEMBERED = Duration.ofMinutes(1);

    private static final int LONGEST_REASON = 300;

    private final Vertx vertx;
    private final InstantSource clock;
    private @Nullable Found last;
    /** The question that others may wait for, too; there while it costs the provider or us anything. */
    private @Nullable Question asking;

    private boolean unavailable;

    /** What was found out at that time; to be closed after use. */
    record Found(OpenIdSettings settings, OAuth2Options addresses, OAuth2Auth auth, Instant at) {}

    /**
     * @param answer given up after some time
     * @param end when it is really over, which may be later
     */
    private record Question(OpenIdSettings settings, Future<Found> answer, Future<OAuth2Auth> end, Instant at) {}

    Discovery(Vertx vertx, InstantSource clock) {
        this.vertx = vertx;
        this.clock = clock;
    }

    /** As of a minute ago at most, and kept: not to be closed, nor used later. Fails with a {@link SignInFailure}. */
    Future<Found> remembered(OpenIdSettings settings) {
        Found known = last;
        if (known != null
                && known.settings().equals(settings)
                && clock.instant().isBefore(known.at().plus(REMEMBERED))) {
            return Future.succeededFuture(known);
        }
        Question under = asking;
        if (under == null
                || !under.settings().equals(settings)
                || !clock.instant().isBefore(under.at().plus(REMEMBERED))) {
            under = begin(settings);
        }
        return under.answer()
                .compose(found ->
                        // Others may have come into force meanwhile.
                        found.settings().equals(settings)
                                ? Future.succeededFuture(found)
                                : Future.failedFuture(unavailable(settings.name())));
    }

    private Question begin(OpenIdSettings settings) {
        Question question = ask(settings);
        asking = question;
        question.answer().onSuccess(found -> {
            forget();
            last = found;
        });
        question.end().onComplete(done -> {
            if (question.equals(asking)) {
                asking = null;
            }
        });
        return question;
    }

    /** As of now. Fails with a {@link SignInFailure}. */
    Future<Found> fresh(OpenIdSettings settings) {
        return ask(settings).answer();
    }

    private Question ask(OpenIdSettings settings) {
        OAuth2Options options = new OAuth2Options()
                .setSite(settings.issuer().toString())
                .setClientId(settings.clientId())
                .setClientSecret(settings.clientSecret())
                .setJWTOptions(new JWTOptions().setLeeway((int) IdToken.LEEWAY.toSeconds()))
                .setHttpClientOptions(new HttpClientOptions()
                        // One request now and then: nothing is to stay open.
                        .setKeepAlive(false)
                        .setConnectTimeout(CONNECT_MILLIS)
                        .setIdleTimeout((int) PATIENCE.toSeconds())
                        .setIdleTimeoutUnit(TimeUnit.SECONDS));
        Future<OAuth2Auth> asked = Future.future(
                promise -> OpenIDConnectAuth.discover(vertx, options).onComplete(promise));
        Future<Found> answer = waitFor(asked)
                .onFailure(late -> asked.onSuccess(OAuth2Auth::close))
                .compose(auth -> {
                    Optional<String> unusable = unusable(settings, options);
                    if (unusable.isPresent()) {
                        auth.close();
                        return Future.failedFuture("its %s is no https address%s"
                                .formatted(unusable.get(), settings.needsHttps() ? "" : ", nor http on this machine"));
                    }
                    return Future.succeededFuture(new Found(settings, options, auth, clock.instant()));
                })
                .onSuccess(found -> {
                    if (unavailable) {
                        LOG.info("{} answers again: people can sign in with it", settings.name());
                    }
                    unavailable = false;
                })
                .recover(failure -> Future.failedFuture(outage(settings, failure)));
        return new Question(settings, answer, asked, clock.instant());
    }

    /** Told to the log once, until it answers again. */
    SignInFailure outage(OpenIdSettings settings, Throwable failure) {
        if (!unavailable) {
            LOG.warn(
                    "Nobody can sign in with {} ({}): {}. It is tried again when somebody wants to",
                    settings.name(),
                    settings.issuer(),
                    reason(failure));
        }
        unavailable = true;
        return unavailable(settings.name());
    }

    /** Which of its addresses is missing, or would let secrets, or the keys that all depends on, travel in the clear. */
    static Optional<String> unusable(OpenIdSettings settings, OAuth2Options found) {
        Map<String, String> addresses = new LinkedHashMap<>();
        addresses.put("authorization_endpoint", text(found.getAuthorizationPath()));
        addresses.put("token_endpoint", text(found.getTokenPath()));
        addresses.put("jwks_uri", text(found.getJwkPath()));
        if (found.getUserInfoPath() != null) {
            addresses.put("userinfo_endpoint", found.getUserInfoPath());
        }
        return addresses.entrySet().stream()
                .filter(each -> !settings.takes(each.getValue()))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private static String text(@Nullable String address) {
        return address == null ? "" : address;
    }

    /** As long as a browser may wait. */
    static <T> Future<T> waitFor(Future<T> answer) {
        return answer.timeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static SignInFailure unavailable(String name) {
        return SignInFailure.unavailable(
                "%s cannot be reached just now. Try again in a moment, or use the password.".formatted(name));
    }

    /** For the log, in one line. */
    static String reason(Throwable failure) {
        String text = failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        // First: it may be a whole answer.
        String start = text.length() > LONGEST_REASON ? text.substring(0, LONGEST_REASON) + "…" : text;
        return start.replaceAll("\\p{Cntrl}", " ");
    }

    /** To be called now and then: lets go of what is too old to be used. */
    void sweep() {
        if (last != null && !clock.instant().isBefore(last.at().plus(REMEMBERED))) {
            forget();
        }
    }

    /** Ends what it does in the background. */
    void close() {
        forget();
    }

    /** The library looks after keys of its own accord until it is told not to. */
    private void forget() {
        Found known = last;
        last = null;
        if (known != null) {
            known.auth().close();
        }
    }
}
