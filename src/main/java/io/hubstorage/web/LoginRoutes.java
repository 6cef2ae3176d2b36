package io.hubstorage.web;

import io.hubstorage.web.auth.Doorkeeper;
import io.hubstorage.web.auth.LoginCookie;
import io.hubstorage.web.auth.Refusal;
import io.hubstorage.web.auth.Session;
import io.hubstorage.web.auth.Visit;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code /login} and {@code /logout}: plain forms, which work without a script. Mount them before the bodies of others. */
final class LoginRoutes {
    static final String LOGIN = "/login";
    static final String LOGOUT = "/logout";
    /** The field that holds the page's token. */
    static final String TOKEN_FIELD = "page_token";

    /** Strangers may send this much. */
    private static final long MAX_FORM_BYTES = 16 << 10;

    private final Doorkeeper doorkeeper;
    private final Pages pages;
    private final BasePath base;

    LoginRoutes(Doorkeeper doorkeeper, Pages pages, BasePath base) {
        this.doorkeeper = doorkeeper;
        this.pages = pages;
        this.base = base;
    }

    void mount(Router router) {
        router.get(LOGIN).handler(this::page);
        router.post(LOGIN).handler(form()).handler(this::logIn);
        router.post(LOGOUT).handler(form()).handler(this::logOut);
    }

    private static BodyHandler form() {
        return BodyHandler.create(false).setBodyLimit(MAX_FORM_BYTES);
    }

    private void page(RoutingContext context) {
        String next = LocalPath.of(context.queryParams().get("next"));
        if (Gate.visit(context).isWelcome()) {
            lead(context, next);
        } else {
            show(context, 200, next, null);
        }
    }

    private void logIn(RoutingContext context) {
        String next = LocalPath.of(context.request().getFormAttribute("next"));
        String password = context.request().getFormAttribute("password");
        if (!doorkeeper.asks()) {
            lead(context, next);
            return;
        }
        doorkeeper
                .logIn(context.request(), Gate.arrival(context), password == null ? "" : password)
                .onSuccess(session -> begin(context, session, next))
                .onFailure(failure -> refuse(context, failure, next));
    }

    private void begin(RoutingContext context, Session session, String next) {
        if (Gate.visit(context) instanceof Visit.LoggedIn(Session before)) {
            doorkeeper.logOut(before);
        }
        context.response().addCookie(LoginCookie.of(session, Gate.arrival(context), base.text()));
        context.response().addCookie(doorkeeper.recognition(Gate.arrival(context), base.text()));
        lead(context, next);
    }

    private void refuse(RoutingContext context, Throwable failure, String next) {
        if (!(failure instanceof Refusal refusal)) {
            context.fail(failure);
            return;
        }
        Optional<Long> seconds = refusal.patience().map(wait -> Gate.retryAfter(context, wait));
        show(
                context,
                seconds.isPresent() ? 429 : 401,
                next,
                seconds.map("Too many tries. Wait %d s, then try again."::formatted)
                        .orElse("That is not the password."));
    }

    private void logOut(RoutingContext context) {
        if (Gate.visit(context) instanceof Visit.LoggedIn(Session session)) {
            String token = context.request().getFormAttribute(TOKEN_FIELD);
            if (token == null || !session.isPageToken(token)) {
                throw new HttpProblem(403, "A logout must come from a page of this login. Load the page again.");
            }
            doorkeeper.logOut(session);
        }
        context.response().addCookie(LoginCookie.none(Gate.arrival(context), base.text()));
        lead(context, doorkeeper.asks() ? LOGIN : LocalPath.DASHBOARD);
    }

    private void lead(RoutingContext context, String path) {
        context.response()
                .setStatusCode(303)
                .putHeader(HttpHeaders.LOCATION, base.text() + path)
                .end();
    }

    private void show(RoutingContext context, int status, String next, @Nullable String problem) {
        pages.login(next, problem)
                .onSuccess(html -> context.response()
                        .setStatusCode(status)
                        .putHeader(HttpHeaders.CONTENT_TYPE, Pages.HTML)
                        .end(html))
                .onFailure(context::fail);
    }
}
