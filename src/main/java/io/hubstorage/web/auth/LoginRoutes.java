package io.hubstorage.web.auth;

import io.hubstorage.web.http.BasePath;
import io.hubstorage.web.http.ClientInfo;
import io.hubstorage.web.http.HttpProblem;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code /login} and {@code /logout}: plain forms, which work without a script. Mount them before the bodies of others. What other
 * ways in end with is here too, so that all of them end alike.
 */
public record LoginRoutes(Authenticator authenticator, LoginPage page, BasePath base) {
    public static final String LOGIN = "/login";
    public static final String LOGOUT = "/logout";
    /** Where a login by way of a provider begins. */
    public static final String PROVIDER = "/login/oidc";

    public static final String TOKEN_FIELD = "page_token";

    static final String DASHBOARD = "/";
    /** One slash, then no second one, nor a backslash that browsers take for one, nor what they leave out of an address. */
    private static final Pattern LOCAL = Pattern.compile("/(?!/)[\\x21-\\x7e&&[^\\\\]]{0,2000}");

    private static final Pattern OWN = Pattern.compile("/(login|logout)(?![^/?#]).*");

    /** Anybody may send this much. */
    private static final long MAX_FORM_BYTES = 16 << 10;

    @FunctionalInterface
    public interface LoginPage {
        /** Renders it, as HTML. */
        Future<Buffer> render(Form form);
    }

    /**
     * What the page of the login shows.
     *
     * @param next where to go after the login
     * @param problem what was wrong with the last try; null at the first
     * @param ofPassword whether that was a password
     * @param provider the name of the one that one can sign in with; null where there is none
     */
    public record Form(
            String next,
            @Nullable String problem,
            boolean ofPassword,
            @Nullable String provider) {}

    public void mount(Router router) {
        router.get(LOGIN).handler(this::login);
        router.post(LOGIN).handler(form()).handler(this::logIn);
        router.post(LOGOUT).handler(form()).handler(this::logOut);
    }

    private static BodyHandler form() {
        return BodyHandler.create(false).setBodyLimit(MAX_FORM_BYTES);
    }

    /**
     * Where somebody wanted to go before the login, if that is a path on this very server, below the base path; else the
     * dashboard. So it is for the login itself, or people would be led to it again and again.
     */
    public static String localPath(@Nullable String asked) {
        return asked != null
                        && LOCAL.matcher(asked).matches()
                        && !OWN.matcher(asked).matches()
                ? asked
                : DASHBOARD;
    }

    private void login(RoutingContext context) {
        String next = localPath(context.queryParams().get("next"));
        if (Principal.of(context).isKnown()) {
            base.redirect(context, next);
            return;
        }
        authenticator
                .stranger(context.request(), ClientInfo.of(context))
                .ifPresentOrElse(
                        name -> show(context, 403, next, hasNoRole(name, "the proxy")),
                        () -> show(context, 200, next, null));
    }

    /**
     * What somebody is told who came as far as here, and no further.
     *
     * @param provider who let them in, for the middle of a sentence
     */
    public static String hasNoRole(String name, String provider) {
        return "%s knows you as %s, but that account has no role here. Ask whoever runs this HubStorage."
                .formatted(Character.toUpperCase(provider.charAt(0)) + provider.substring(1), name);
    }

    private void logIn(RoutingContext context) {
        String next = localPath(context.request().getFormAttribute("next"));
        String password = context.request().getFormAttribute("password");
        if (!authenticator.isRequired()) {
            base.redirect(context, next);
            return;
        }
        authenticator
                .logIn(context.request(), ClientInfo.of(context), password == null ? "" : password)
                .onSuccess(session -> {
                    ClientInfo client = ClientInfo.of(context);
                    // Only for the password: its tries are counted by it.
                    Cookie known = authenticator.knownBrowserCookie(client, base.text());
                    begin(context, session, next, known);
                })
                .onFailure(failure -> refuse(context, failure, next));
    }

    /** Answers whoever has shown who it is: a new login in the place of the one before, and on to where they wanted. */
    public void begin(RoutingContext context, Session session, String next, Cookie... further) {
        ClientInfo client = ClientInfo.of(context);
        if (Principal.of(context) instanceof Session before) {
            authenticator.logOut(before, client);
        }
        context.response().addCookie(session.cookie(client, base.text()));
        List.of(further).forEach(context.response()::addCookie);
        base.redirect(context, next);
    }

    /** Answers whoever has not, by the page of the login with a sentence that says why. */
    public void refuse(RoutingContext context, Throwable cause, String next) {
        switch (cause) {
            case AuthFailure failure -> {
                Optional<Long> seconds = failure.putRetryAfter(context);
                show(
                        context,
                        seconds.isPresent() ? 429 : 401,
                        next,
                        seconds.map("Too many tries. Wait %d s, then try again."::formatted)
                                .orElse("Wrong password."));
            }
            case SignInFailure failure -> show(context, failure.status(), next, failure.sentence());
            default -> context.fail(cause);
        }
    }

    private void logOut(RoutingContext context) {
        if (Principal.of(context) instanceof Session session) {
            String token = context.request().getFormAttribute(TOKEN_FIELD);
            if (token == null || !session.isPageToken(token)) {
                throw new HttpProblem(403, "A logout must come from a page of this login. Load the page again.");
            }
            authenticator.logOut(session, ClientInfo.of(context)).onComplete(done -> loggedOut(context));
        } else {
            loggedOut(context);
        }
    }

    private void loggedOut(RoutingContext context) {
        context.response().addCookie(Session.noCookie(ClientInfo.of(context), base.text()));
        base.redirect(context, authenticator.isRequired() ? LOGIN : DASHBOARD);
    }

    private void show(RoutingContext context, int status, String next, @Nullable String problem) {
        boolean ofPassword = context.request().method().equals(HttpMethod.POST);
        page.render(new Form(next, problem, ofPassword, authenticator.provider()))
                .onSuccess(html -> context.response()
                        .setStatusCode(status)
                        .putHeader(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8")
                        .end(html))
                .onFailure(context::fail);
    }
}
