package io.hubstorage.web.oidc;

import io.hubstorage.config.OpenIdSettings;
import io.hubstorage.web.auth.Account;
import io.hubstorage.web.auth.SignInFailure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.oauth2.OAuth2AuthorizationURL;
import io.vertx.ext.auth.oauth2.OAuth2FlowType;
import io.vertx.ext.auth.oauth2.Oauth2Credentials;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The provider that people sign in with, asked when somebody does: where its addresses are and which keys it signs with are found out
 * anew each time, so that it may be down when HubStorage starts, and change its keys whenever it likes. Use it on one context.
 */
public final class Provider {
    /** Logins that wait for the provider at the same time. */
    private static final int MOST_UNDER_WAY = 32;

    private static final int LONGEST_NAME = 200;
    /** All that the library tells of a status from 500 to 599: its phrase, as providers and nginx write it, or the error of the answer. */
    private static final Pattern OUT_OF_ORDER = Pattern.compile(
            "(Internal Server Error|Bad Gateway|Service (Temporarily )?Unavailable|Gateway Time-?out|server_error"
                    + "|temporarily_unavailable)(:|$)");

    private static final String AGAIN =
            "Start again; if that does not help, whoever runs HubStorage finds the reason in its log.";

    private final InstantSource clock;
    private final Discovery discovery;
    private int underWay;

    public Provider(Vertx vertx, InstantSource clock) {
        this.clock = clock;
        this.discovery = new Discovery(vertx, clock);
    }

    /** Where to lead a browser that wants to sign in; fails with a {@link SignInFailure}. */
    Future<String> address(OpenIdSettings settings, PendingSignIn pending, String redirect) {
        return discovery.remembered(settings).map(found -> {
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

    /** Who has signed in, of whom this code came back; fails with a {@link SignInFailure}. */
    Future<Account> account(OpenIdSettings settings, PendingSignIn pending, String code, String redirect) {
        if (underWay >= MOST_UNDER_WAY) {
            return Future.failedFuture(SignInFailure.unavailable(
                    "Too many people sign in at this moment. Try again shortly, or use the password."));
        }
        underWay++;
        // With the keys of now.
        return discovery
                .fresh(settings)
                .compose(found -> Future.succeededFuture(found)
                        .compose(asked -> redeem(asked, pending, code, redirect))
                        // Also where that could not even be begun.
                        .onComplete(done -> found.auth().close()))
                .onComplete(done -> underWay--);
    }

    private Future<Account> redeem(Discovery.Found found, PendingSignIn pending, String code, String redirect) {
        return Discovery.waitFor(found.auth()
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
        return isOutage(failure)
                ? discovery.outage(settings, failure)
                : SignInFailure.unproven(
                        "%s did not confirm this login. %s".formatted(settings.name(), AGAIN),
                        "%s says: %s".formatted(settings.name(), Discovery.reason(failure)));
    }

    /** Whether it says nothing of the person who wants to come in. */
    static boolean isOutage(Throwable failure) {
        return failure instanceof IOException
                || failure instanceof TimeoutException
                || failure instanceof HttpClosedException
                || OUT_OF_ORDER.matcher(String.valueOf(failure.getMessage())).lookingAt();
    }

    /** The claims of the ID token, once they are proven. */
    private Future<JsonObject> proven(Discovery.Found found, User user, PendingSignIn pending) {
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
    private Future<JsonObject> complete(Discovery.Found found, User user, JsonObject claims) {
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
        return Discovery.waitFor(found.auth().userInfo(user))
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
        return new Account(
                name(claims, email),
                null,
                email,
                !settings.isGoogle() || isOfItsDomain(email, claims.getValue("hd")),
                groups(claims.getValue(settings.groupsClaim())));
    }

    /** At Google everybody can have an account under any address that was theirs once; "hd" names the domain that runs the account. */
    private static boolean isOfItsDomain(@Nullable String email, @Nullable Object hd) {
        return email != null
                && hd instanceof String domain
                && email.toLowerCase(Locale.ROOT).endsWith('@' + domain.toLowerCase(Locale.ROOT));
    }

    /** What somebody may choose, as another one's name, has beside it what nobody can. */
    private static String name(JsonObject claims, @Nullable String email) {
        String sub = line(claims.getValue("sub")).orElse("somebody");
        return line(email)
                .or(() -> line(claims.getValue("preferred_username")).map(chosen -> "%s (%s)".formatted(chosen, sub)))
                .orElse(sub);
    }

    private static Optional<String> line(@Nullable Object claim) {
        return claim instanceof String text
                ? Optional.of(text.replaceAll("\\p{Cntrl}", " ").strip())
                        .filter(line -> !line.isEmpty())
                        .map(line -> line.length() > LONGEST_NAME ? line.substring(0, LONGEST_NAME) : line)
                : Optional.empty();
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

    /** To be called now and then: lets go of what is too old to be used. */
    public void sweep() {
        discovery.sweep();
    }

    /** Ends what it does in the background. */
    public void close() {
        discovery.close();
    }
}
