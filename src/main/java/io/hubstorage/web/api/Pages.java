package io.hubstorage.web.api;

import freemarker.cache.ClassTemplateLoader;
import freemarker.core.HTMLOutputFormat;
import freemarker.core.TemplateClassResolver;
import freemarker.template.Configuration;
import freemarker.template.TemplateException;
import freemarker.template.TemplateExceptionHandler;
import freemarker.template.TemplateModelException;
import io.hubstorage.status.StatusService;
import io.hubstorage.web.auth.LoginRoutes;
import io.hubstorage.web.auth.Principal;
import io.hubstorage.web.auth.Session;
import io.hubstorage.web.http.BasePath;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.templ.freemarker.FreeMarkerTemplateEngine;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The pages. Each is rendered off the event loop, with the state of things embedded, so that it opens complete. */
public final class Pages {
    static final String HTML = "text/html; charset=utf-8";

    private final Vertx vertx;
    private final StatusService things;
    private final String version;
    private final BasePath base;
    private final FreeMarkerTemplateEngine engine;

    public Pages(Vertx vertx, StatusService things, String version, BasePath base) {
        this.vertx = vertx;
        this.things = things;
        this.version = version;
        this.base = base;
        this.engine = FreeMarkerTemplateEngine.create(vertx, "ftlh");
        Configuration configuration = engine.unwrap();
        // Not by way of Vert.x, which would copy them to a folder of its own first.
        configuration.setTemplateLoader(new ClassTemplateLoader(Pages.class.getClassLoader(), ""));
        configuration.setTemplateExceptionHandler(TemplateExceptionHandler.RETHROW_HANDLER);
        configuration.setLogTemplateExceptions(false);
        configuration.setNewBuiltinClassResolver(TemplateClassResolver.ALLOWS_NOTHING_RESOLVER);
        configuration.setNumberFormat("computer");
        configuration.setLocale(Locale.ROOT);
    }

    public void mount(Router router) {
        router.get("/").handler(context -> page(context, "dashboard", "index"));
        router.get("/config").handler(context -> page(context, "config", "config"));
        router.get("/snapshots").handler(context -> page(context, "snapshots", "snapshots"));
        router.get("/logs").handler(context -> page(context, "logs", "logs"));
        router.get("/setup").handler(context -> page(context, "setup", "setup"));
        router.get("/runs/:run_id").handler(context -> page(context, "run", "run"));
    }

    private void page(RoutingContext context, String page, String template) {
        Map<String, Object> model = model(page);
        if (Principal.of(context) instanceof Principal.LoggedIn(Session session)) {
            model.put("pageToken", session.pageToken());
            model.put("tokenField", LoginRoutes.TOKEN_FIELD);
        }
        things.state()
                .compose(state -> vertx.executeBlocking(
                        () -> {
                            model.put("initialState", embedded(state));
                            return rendered(model, template);
                        },
                        false))
                .onSuccess(html -> context.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, HTML)
                        .end(html))
                .onFailure(context::fail);
    }

    /**
     * The page that asks for the password.
     *
     * @param next where to go then, a path on this server
     * @param problem what was wrong with the last try; null at the first
     */
    public Future<Buffer> login(String next, @Nullable String problem) {
        return vertx.executeBlocking(
                () -> {
                    Map<String, Object> model = model("login");
                    model.put("next", next);
                    if (problem != null) {
                        model.put("problem", problem);
                    }
                    return rendered(model, "login");
                },
                false);
    }

    /** The page that says what went wrong, for people that followed a link. */
    public Future<Buffer> error(int status, String title, String detail) {
        return vertx.executeBlocking(
                () -> {
                    Map<String, Object> model = model("error");
                    model.put("status", status);
                    model.put("title", title);
                    model.put("detail", detail);
                    return rendered(model, "error");
                },
                false);
    }

    private Map<String, Object> model(String page) {
        Map<String, Object> model = new HashMap<>();
        model.put("page", page);
        model.put("version", version);
        model.put("basePath", base.text());
        model.put("lang", "en");
        return model;
    }

    private Buffer rendered(Map<String, Object> model, String template) throws TemplateException {
        Future<Buffer> rendering = engine.render(model, "templates/" + template);
        if (rendering.failed()) {
            throw new IllegalStateException(
                    "templates/%s.ftlh cannot be rendered".formatted(template), rendering.cause());
        }
        return rendering.result();
    }

    /** JSON that may stand inside a script element: nothing in it can end the element or begin a comment. */
    static Object embedded(JsonObject json) throws TemplateModelException {
        return HTMLOutputFormat.INSTANCE.fromMarkup(escaped(json.encode()));
    }

    public static String escaped(String json) {
        return json.replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026")
                .replace("\u2028", "\\u2028")
                .replace("\u2029", "\\u2029");
    }
}
