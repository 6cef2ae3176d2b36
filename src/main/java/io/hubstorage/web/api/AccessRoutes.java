package io.hubstorage.web.api;

import io.hubstorage.bus.BusJson;
import io.hubstorage.web.auth.ApiToken;
import io.hubstorage.web.auth.Authenticator;
import io.hubstorage.web.auth.Role;
import io.hubstorage.web.auth.TokenStore;
import io.hubstorage.web.http.Body;
import io.hubstorage.web.http.HttpProblem;
import io.hubstorage.web.http.Query;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** {@code /api/tokens}: the tokens for programs; {@code /api/audit}: who did what. */
public record AccessRoutes(Authenticator authenticator, InstantSource clock) {
    private static final int DEFAULT_PAGE = 50;
    private static final int MAX_PAGE = 1000;
    private static final int MAX_ID = 100;

    public void mount(Router router) {
        router.get("/api/tokens").respond(_ -> list());
        router.post("/api/tokens").respond(this::create);
        router.delete("/api/tokens/:id").respond(this::revoke);
        router.get("/api/audit").respond(this::audit);
    }

    private record Make(
            @Nullable String name,
            @Nullable String role,
            @Nullable Integer expiresDays) {}

    private Future<JsonObject> list() {
        return authenticator
                .tokens()
                .list()
                .map(all -> new JsonObject()
                        .put(
                                "tokens",
                                new JsonArray(all.stream()
                                        .map(ApiToken::shown)
                                        .map(BusJson::encode)
                                        .toList())));
    }

    private Future<JsonObject> create(RoutingContext context) {
        Make asked = Body.read(context, Make.class);
        String name = asked.name();
        if (name == null || !TokenStore.isName(name)) {
            throw HttpProblem.badInput("name", name == null ? "nothing" : name, TokenStore.allowedNames());
        }
        String word = asked.role() == null ? "nothing" : asked.role();
        Role role = Role.of(word).orElseThrow(() -> HttpProblem.badInput("role", word, "viewer, operator or admin"));
        Integer days = asked.expiresDays();
        if (days != null && (days < 1 || days > TokenStore.MOST_DAYS)) {
            throw HttpProblem.badInput(
                    "expires_days", days, "1 to %d, or absent for never".formatted(TokenStore.MOST_DAYS));
        }
        return authenticator
                .tokens()
                .create(name, role, days == null ? null : clock.instant().plus(Duration.ofDays(days)))
                .map(made -> {
                    context.response().setStatusCode(201);
                    return BusJson.encode(made.token().shown()).put("token", made.text());
                })
                .recover(failure -> Future.failedFuture(
                        failure instanceof IllegalStateException refused
                                ? new HttpProblem(409, "No token was made: %s.".formatted(refused.getMessage()))
                                : failure));
    }

    private Future<JsonObject> revoke(RoutingContext context) {
        Body.requireEmpty(context);
        return authenticator
                .tokens()
                .revoke(context.pathParam("id"))
                .recover(failure -> Future.failedFuture(
                        failure instanceof IOException || failure instanceof TimeoutException
                                ? new HttpProblem(
                                        503,
                                        "The token is out until HubStorage is restarted, and not yet removed from its"
                                                + " file"
                                                + " (%s). Revoke it again when the disk of the configuration takes it."
                                                        .formatted(failure.getMessage()))
                                : failure))
                .map(revoked -> BusJson.encode(revoked.orElseThrow(
                                () -> new HttpProblem(404, "There is no token of this id; it may be revoked already."))
                        .shown()));
    }

    private Future<JsonObject> audit(RoutingContext context) {
        Query query = new Query(context);
        int limit = query.number("limit", 1, MAX_PAGE, DEFAULT_PAGE);
        return authenticator.audit().read(limit, query.text("before", MAX_ID)).map(BusJson::encode);
    }
}
