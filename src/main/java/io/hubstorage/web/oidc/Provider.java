package io.hubstorage.web.oidc;

import io.hubstorage.config.OpenIdSettings;
import io.hubstorage.web.auth.Account;
import io.hubstorage.web.auth.SignInFailure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.oauth2.OAuth2Auth;
import io.vertx.ext.auth.oauth2.OAuth2AuthorizationURL;
import io.vertx.ext.auth.oauth2.OAuth2FlowType;
import io.vertx.ext.auth.oauth2.OAuth2Options;
import io.vertx.ext.auth.oauth2.Oauth2Credentials;
import io.vertx.ext.auth.oauth2.providers.OpenIDConnectAuth;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The provider that people sign in with, asked when somebody does: where its addresses are and which keys it signs with are found out
 * anew each time, so that it may be down when HubStorage starts, and change its keys whenever it likes. Use it on one context.
 */
public final class Provider {
    private static final Logger LOG = LoggerFactory.getLogger(Provider.class);
    /** How long a browser waits for each answer of the provider. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int CONNECT_MILLIS = 5_000;
    /** Who only begins logins costs the provider a request this often. */
    private static final Duration REMEMBERED = Duration.ofMinutes(1);
    /** Logins that wait for the provider at the same time. */
    private static final int MOST_UNDER_WAY = 32;

    private static final int LONGEST_NAME = 200;
    private static final int LONGEST_REASON = 300;
    private static final String AGAIN =
            "Start again; if that does not help, whoever runs HubStorage finds the reason in its log.";

    private final Vertx vertx;
    private final InstantSource clock;
    private @Nullable Discovered last;
    /** The question that others may wait for, too. */
    private @Nullable Future<Discovered> asking;

    private boolean unavailable;
    private int underWay;

    /** What was found out at that time. */
    private record Discovered(OpenIdSettings settings, OAuth2Options addresses, OAuth2Auth auth, Instant at) {}

    public Provider(Vertx vertx, InstantSource clock) {
        this.vertx = vertx;
        this.clock = clock;
    }

    /** Where to lead a browser that wants to sign in; fails with a {@link SignInFailure}. */
    Future<String> address(OpenIdSettings settings, PendingSignIn pending, String redirect) {
        return remembered(settings).map(found -> {
            String address = found.auth()
                    .authorizeURL(new OAuth2AuthorizationURL()
                            .setRedirectUri(redirect)
                            .setScopes(settings.scopes())
                            .setState(pending.state())
                            .setCodeChallenge(pending.challenge())
                            .setCodeChallengeMethod("S256")
                            .putAdditionalParameter("nonce", pending.nonce()));
            String begin = found.addresses().getAuthorizationPath();
            // An address may bring parameters of its own.
            return begin.contains("?") ? begin + '&' + address.substring(begin.length() + 1) : address;
        });
    }

    private Future<Discovered> remembered(OpenIdSettings settings) {
        Discovered known = last;
        if (known != null
                && known.settings().equals(settings)
                && clock.instant().isBefore(known.at().plus(REMEMBERED))) {
            return Future.succeededFuture(known);
        }
        Future<Discovered> under = asking;
        if (under == null) {
            under = discover(settings)
                    .onSuccess(found -> {
                        forget();
                        last = found;
                    })
                    .onComplete(done -> asking = null);
            // It may be over already.
            asking = under.isComplete() ? null : under;
        }
        return under.compose(found ->
                // Others may have come into force meanwhile.
                found.settings().equals(settings)
                        ? Future.succeededFuture(found)
                        : Future.failedFuture(unavailable(settings.name())));
    }

    /** Who has signed in, of whom this code came back; fails with a {@link SignInFailure}. */
    Future<Account> account(OpenIdSettings settings, PendingSignIn pending, String code, String redirect) {
        if (underWay >= MOST_UNDER_WAY) {
            return Future.failedFuture(SignInFailure.unavailable(
                    "Too many people sign in at this moment. Try again shortly, or use the password."));
        }
        underWay++;
        // With the keys of now.
        return discover(settings)
                .compose(found -> redeem(found, pending, code, redirect)
                        .onComplete(done -> found.auth().close()))
                .onComplete(done -> underWay--);
    }

    private Future<Account> redeem(Discovered found, PendingSignIn pending, String code, String redirect) {
        return waitFor(found.auth()
                        .authenticate(new Oauth2Credentials()
                                .setFlow(OAuth2FlowType.AUTH_CODE)
                                .setCode(code)
                                .setCodeVerifier(pending.verifier())
                                .setRedirectUri(redirect)))
                .recover(failure -> Future.failedFuture(refused(found.settings(), failure)))
                .compose(user -> proven(found, user, pending)
                        .compose(claims -> complete(found, user, claims))
                        .map(claims -> account(claims, found.settings())));
    }

    private SignInFailure refused(OpenIdSettings settings, Throwable failure) {
        return failure instanceof IOException || failure instanceof TimeoutException
                ? outage(settings, failure)
                : SignInFailure.unproven(
                        "%s did not confirm this login. %s".formatted(settings.name(), AGAIN),
                        "%s says: %s".formatted(settings.name(), reason(failure)));
    }

    /** The claims of the ID token, once they are proven. */
    private Future<JsonObject> proven(Discovered found, User user, PendingSignIn pending) {
        // Only there if its signature is one of the provider's keys.
        JsonObject claims = user.attributes().getJsonObject("idToken");
        Optional<String> problem = claims == null
                ? Optional.of("it is not signed by a key of the provider, or not for this client")
                : IdToken.problem(claims, found.settings(), pending.nonce(), clock.instant());
        return problem.isEmpty()
                ? Future.succeededFuture(claims)
                : Future.failedFuture(SignInFailure.unproven(
                        "What %s says of this login could not be proven. %s"
                                .formatted(found.settings().name(), AGAIN),
                        "the ID token proves nothing: " + problem.get()));
    }

    /** Asks for what the ID token leaves out, which some providers tell only when asked. */
    private Future<JsonObject> complete(Discovered found, User user, JsonObject claims) {
        OpenIdSettings settings = found.settings();
        boolean email = claims.containsKey("email") && claims.containsKey("email_verified");
        boolean whole = (email
                        || (claims.containsKey("preferred_username")
                                && !settings.members().nameEmails()))
                && (claims.containsKey(settings.groupsClaim())
                        || !settings.members().nameGroups());
        if (whole || found.addresses().getUserInfoPath() == null) {
            return Future.succeededFuture(claims);
        }
        return waitFor(found.auth().userInfo(user))
                .map(told -> {
                    // Of somebody else it must not be.
                    if (!claims.getString("sub").equals(told.getValue("sub"))) {
                        throw new IllegalStateException("it told of another account");
                    }
                    // The address and whether it is verified belong together.
                    JsonObject all = told.copy().mergeIn(claims);
                    JsonObject emails = email ? claims : told;
                    return all.put("email", emails.getValue("email"))
                            .put("email_verified", emails.getValue("email_verified"));
                })
                .recover(failure -> Future.failedFuture(refused(settings, failure)));
    }

    static Account account(JsonObject claims, OpenIdSettings settings) {
        Object verified = claims.getValue("email_verified");
        String email = (Boolean.TRUE.equals(verified) || "true".equals(verified))
                        && claims.getValue("email") instanceof String address
                ? address
                : null;
        String name = Stream.of(email, claims.getValue("preferred_username"), claims.getValue("sub"))
                .filter(String.class::isInstance)
                .map(text -> ((String) text).strip())
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("somebody");
        return new Account(
                name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name,
                null,
                email,
                groups(claims.getValue(settings.groupsClaim())));
    }

    private static Set<String> groups(@Nullable Object claim) {
        return switch (claim) {
            case String one -> Set.of(one);
            case JsonArray several ->
                several.stream()
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .collect(Collectors.toUnmodifiableSet());
            case null, default -> Set.of();
        };
    }

    private Future<Discovered> discover(OpenIdSettings settings) {
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
        return waitFor(asked)
                .onFailure(late -> asked.onSuccess(OAuth2Auth::close))
                .compose(auth -> {
                    Optional<String> unusable = unusable(settings.needsHttps(), options);
                    if (unusable.isPresent()) {
                        auth.close();
                        return Future.failedFuture("its %s is %s"
                                .formatted(unusable.get(), settings.needsHttps() ? "no https address" : "no address"));
                    }
                    return Future.succeededFuture(new Discovered(settings, options, auth, clock.instant()));
                })
                .onSuccess(found -> {
                    if (unavailable) {
                        LOG.info("{} answers again: people can sign in with it", settings.name());
                    }
                    unavailable = false;
                })
                .recover(failure -> Future.failedFuture(outage(settings, failure)));
    }

    /** Told to the log once, until it answers again. */
    private SignInFailure outage(OpenIdSettings settings, Throwable failure) {
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
    static Optional<String> unusable(boolean needsHttps, OAuth2Options found) {
        Map<String, String> addresses = new LinkedHashMap<>();
        addresses.put("authorization_endpoint", text(found.getAuthorizationPath()));
        addresses.put("token_endpoint", text(found.getTokenPath()));
        addresses.put("jwks_uri", text(found.getJwkPath()));
        if (found.getUserInfoPath() != null) {
            addresses.put("userinfo_endpoint", found.getUserInfoPath());
        }
        return addresses.entrySet().stream()
                .filter(each -> {
                    String address = each.getValue().toLowerCase(Locale.ROOT);
                    return !address.startsWith("https://") && (needsHttps || !address.startsWith("http://"));
                })
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private static String text(@Nullable String address) {
        return address == null ? "" : address;
    }

    private static <T> Future<T> waitFor(Future<T> answer) {
        return answer.timeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static SignInFailure unavailable(String name) {
        return SignInFailure.unavailable(
                "%s cannot be reached just now. Try again in a moment, or use the password.".formatted(name));
    }

    /** For the log, in one line. */
    private static String reason(Throwable failure) {
        String text = failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return line.length() > LONGEST_REASON ? line.substring(0, LONGEST_REASON) + "…" : line;
    }

    /** To be called now and then: lets go of what is too old to be used. */
    public void sweep() {
        if (last != null && !clock.instant().isBefore(last.at().plus(REMEMBERED))) {
            forget();
        }
    }

    /** Ends what it does in the background. */
    public void close() {
        forget();
    }

    /** The library looks after keys of its own accord until it is told not to. */
    private void forget() {
        Discovered known = last;
        last = null;
        if (known != null) {
            known.auth().close();
        }
    }
}
