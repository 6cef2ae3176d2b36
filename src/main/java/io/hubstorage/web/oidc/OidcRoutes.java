package io.hubstorage.web.oidc;

import io.hubstorage.config.OpenIdSettings;
import io.hubstorage.web.auth.Account;
import io.hubstorage.web.auth.Authenticator;
import io.hubstorage.web.auth.Identity;
import io.hubstorage.web.auth.LoginRoutes;
import io.hubstorage.web.auth.Principal;
import io.hubstorage.web.auth.Session;
import io.hubstorage.web.auth.SignInFailure;
import io.hubstorage.web.auth.Tokens;
import io.hubstorage.web.http.BasePath;
import io.hubstorage.web.http.ClientInfo;
import io.hubstorage.web.http.HttpProblem;
import io.vertx.core.Future;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code /login/oidc} leads to the provider, {@code /login/oidc/callback} is where it leads back to: an authorization code with PKCE. In
 * the end there is a login like any other, with a cookie of ours.
 *
 * @param settings as they are now; null where no provider is set
 */
public record OidcRoutes(
        Authenticator authenticator,
        LoginRoutes login,
        Provider provider,
        Supplier<@Nullable OpenIdSettings> settings,
        BasePath base) {
    /** How long somebody may take at the provider. */
    private static final Duration PATIENCE = Duration.ofMinutes(30);

    private static final Pattern ERROR = Pattern.compile("[a-z_]{1,60}");

    public void mount(Router router) {
        router.get(LoginRoutes.PROVIDER).handler(this::begin);
        router.get(OpenIdSettings.CALLBACK).handler(this::end);
    }

    private void begin(RoutingContext context) {
        String next = LoginRoutes.localPath(context.queryParams().get("next"));
        if (Principal.of(context).isKnown()) {
            base.redirect(context, next);
            return;
        }
        OpenIdSettings now = required();
        PendingSignIn pending = PendingSignIn.begin(next);
        provider.address(now, pending, redirect(context, now))
                .onSuccess(address -> {
                    context.response()
                            .addCookie(cookie(context, pending.cookie()).setMaxAge(PATIENCE.toSeconds()));
                    context.response()
                            .setStatusCode(303)
                            .putHeader(HttpHeaders.LOCATION, address)
                            .end();
                })
                .onFailure(failure -> login.refuse(context, failure, next));
    }

    private OpenIdSettings required() {
        OpenIdSettings now = settings.get();
        if (now == null) {
            throw new HttpProblem(404, "This HubStorage knows no provider to sign in with (HUBSTORAGE_OIDC_ISSUER).");
        }
        return now;
    }

    private void end(RoutingContext context) {
        OpenIdSettings now = required();
        Optional<String> state = only(context, "state");
        Optional<PendingSignIn> begun = pending(context)
                .filter(login ->
                        state.filter(text -> Tokens.same(login.state(), text)).isPresent());
        if (begun.isEmpty()) {
            foreign(context);
            return;
        }
        PendingSignIn pending = begun.get();
        // It serves once.
        context.response().addCookie(cookie(context, "").setMaxAge(0));
        authenticator
                .logIn(ClientInfo.of(context), () -> identity(context, now, pending))
                .onSuccess(session -> welcome(context, session, pending))
                .onFailure(failure -> login.refuse(context, failure, pending.next()));
    }

    private void welcome(RoutingContext context, Session session, PendingSignIn pending) {
        login.begin(context, session, pending.next());
    }

    /** Any page of the web can send a browser here: it costs neither a try nor the login that has really begun. */
    private void foreign(RoutingContext context) {
        Principal principal = Principal.of(context);
        if (principal.isKnown()) {
            // Somebody went back to a page that has done its work.
            base.redirect(context, LoginRoutes.localPath(null));
            return;
        }
        SignInFailure failure = SignInFailure.unproven(
                "This login was begun in another browser, under another address, or too long ago. Start again.",
                "what came back belongs to no login that this browser has begun");
        authenticator
                .audit()
                .add("login.failed", null, principal, ClientInfo.of(context).address(), failure.status());
        login.refuse(context, failure, LoginRoutes.localPath(null));
    }

    private Future<Identity> identity(RoutingContext context, OpenIdSettings now, PendingSignIn pending) {
        Optional<String> code = only(context, "code");
        if (code.isEmpty()) {
            String error = only(context, "error")
                    .filter(text -> ERROR.matcher(text).matches())
                    .orElse("no code");
            return Future.failedFuture(SignInFailure.unproven(
                    error.equals("access_denied")
                            ? "%s did not let you in, or you have cancelled it.".formatted(now.name())
                            : "%s did not let you in (%s). Start again.".formatted(now.name(), error),
                    "%s answered %s".formatted(now.name(), error)));
        }
        return provider.account(now, pending, code.get(), redirect(context, now))
                .compose(account -> identity(account, now));
    }

    private Future<Identity> identity(Account account, OpenIdSettings then) {
        if (!then.equals(settings.get())) {
            return Future.failedFuture(SignInFailure.unavailable("Who may come in has just changed. Start again."));
        }
        return account.role(then.members())
                .map(role -> Future.succeededFuture(new Identity(account.name(), role, Identity.Via.OIDC)))
                .orElseGet(() -> Future.failedFuture(
                        SignInFailure.withoutRole(LoginRoutes.hasNoRole(account.name(), then.name()), account.name())));
    }

    private static Optional<String> only(RoutingContext context, String parameter) {
        List<String> values = context.queryParams().getAll(parameter);
        return values.size() == 1 && !values.getFirst().isEmpty() ? Optional.of(values.getFirst()) : Optional.empty();
    }

    /** Where the provider is to lead back to, as it has been told of HubStorage: as the browser sees it. */
    private String redirect(RoutingContext context, OpenIdSettings now) {
        if (now.redirect() != null) {
            return now.redirect().toString();
        }
        ClientInfo client = ClientInfo.of(context);
        HostAndPort host = client.host();
        if (host == null) {
            throw new HttpProblem(400, "The request does not say which address it was sent to (Host).");
        }
        return "%s://%s%s%s"
                .formatted(
                        client.https() ? "https" : "http",
                        host.port() < 0 ? host.host() : host.host() + ':' + host.port(),
                        base.text(),
                        OpenIdSettings.CALLBACK);
    }

    private static String cookieName(RoutingContext context) {
        return Session.cookieName(ClientInfo.of(context)) + "_oidc";
    }

    private static Optional<PendingSignIn> pending(RoutingContext context) {
        return context.request().cookies(cookieName(context)).stream()
                .map(Cookie::getValue)
                .map(PendingSignIn::of)
                .flatMap(Optional::stream)
                .findFirst();
    }

    private Cookie cookie(RoutingContext context, String value) {
        return Session.cookie(cookieName(context), value, ClientInfo.of(context), base.text())
                .setPath(base.text() + LoginRoutes.PROVIDER)
                // Not "strict": it comes along when the provider leads back.
                .setSameSite(CookieSameSite.LAX);
    }
}
