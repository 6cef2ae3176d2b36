package io.hubstorage.web.api;

import freemarker.cache.ClassTemplateLoader;
import freemarker.core.TemplateClassResolver;
import freemarker.template.Configuration;
import freemarker.template.TemplateExceptionHandler;
import io.hubstorage.status.StatusService;
import io.hubstorage.web.auth.LoginRoutes;
import io.hubstorage.web.auth.Principal;
import io.hubstorage.web.auth.Session;
import io.hubstorage.web.http.BasePath;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.templ.freemarker.FreeMarkerTemplateEngine;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The pages. Each is rendered off the event loop, with the state of things embedded, so that it opens complete. */
public final class Pages {
    private static final String HTML = "text/html; charset=utf-8";

    /** What the page of snapshots called its parameters, and what the one of files does. */
    private static final Map<String, String> RENAMED = Map.of("snapshot", "at", "prefix", "path");

    private static final Map<String, Place> PLACES = Map.ofEntries(
            Map.entry("/", new Place("overview", "index")),
            Map.entry("/buckets", new Place("buckets", "buckets")),
            Map.entry("/buckets/:bucket", new Place("buckets", "bucket")),
            Map.entry("/files", new Place("files", "files")),
            Map.entry("/restore", new Place("files", "restore")),
            Map.entry("/restores/:id", new Place("activity", "restore-job")),
            Map.entry("/activity", new Place("activity", "activity")),
            Map.entry("/runs/:run_id", new Place("activity", "run")),
            Map.entry("/runs/:run_id/certificate", new Place("activity", "certificate")),
            Map.entry("/jobs/:id", new Place("activity", "job")),
            Map.entry("/logs", new Place("activity", "logs")),
            Map.entry("/alerts", new Place("activity", "alerts")),
            Map.entry("/storage", new Place("storage", "storage")),
            Map.entry("/config", new Place("config", "config")),
            Map.entry("/setup", new Place("config", "setup")));

    /**
     * A page.
     *
     * @param nav which of the links in the header it belongs to
     */
    private record Place(String nav, String template) {}

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
        PLACES.forEach((path, place) -> router.get(path).respond(context -> page(context, place.nav, place.template)));
        router.get("/snapshots").handler(context -> base.redirect(context, files(context.queryParams())));
        router.get("/integrity").handler(context -> base.redirect(context, "/storage#proofs"));
    }

    /** Where links lead today that were made for the page of snapshots. */
    private static String files(MultiMap asked) {
        String query = asked.entries().stream()
                .map(entry -> RENAMED.getOrDefault(entry.getKey(), entry.getKey())
                        + '='
                        + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return query.isEmpty() ? "/files" : "/files?" + query;
    }

    private Future<Buffer> page(RoutingContext context, String page, String template) {
        context.response().putHeader(HttpHeaders.CONTENT_TYPE, HTML);
        Map<String, Object> model = model(page);
        putRole(model, context);
        if (Principal.of(context) instanceof Principal.Browser browser) {
            model.put("pageToken", browser.pageToken());
            // Who came in by a proxy leaves there.
            if (browser instanceof Session) {
                model.put("tokenField", LoginRoutes.TOKEN_FIELD);
            }
        }
        return things.state().compose(state -> {
            model.put("initialState", escaped(state.encode()));
            return rendered(model, template);
        });
    }

    /** The page that asks for the password, or leads to a provider. */
    public Future<Buffer> login(LoginRoutes.Form form) {
        Map<String, Object> model = model("login");
        model.put("next", form.next());
        if (form.problem() != null) {
            model.put("problem", form.problem());
            model.put("ofPassword", form.ofPassword());
        }
        if (form.provider() != null) {
            model.put("provider", form.provider());
            String next = URLEncoder.encode(form.next(), StandardCharsets.UTF_8);
            model.put("signIn", LoginRoutes.PROVIDER + "?next=" + next);
        }
        return rendered(model, "login");
    }

    /** How things stand, for everybody: with what it is given, and nothing of its own but where the styles are. */
    public Future<Buffer> publicStatus(Map<String, Object> shown) {
        Map<String, Object> model = new HashMap<>(shown);
        model.put("basePath", base.text());
        return rendered(model, "status");
    }

    /** What one may not do is not shown. */
    private static void putRole(Map<String, Object> model, RoutingContext context) {
        Principal.of(context)
                .identity()
                .ifPresent(who -> model.put("role", who.role().word()));
    }

    /** The page that says what went wrong, for people that followed a link. */
    public Future<Buffer> error(RoutingContext context, int status, String title, String detail) {
        Map<String, Object> model = model("error");
        putRole(model, context);
        model.put("status", status);
        model.put("title", title);
        model.put("detail", detail);
        return rendered(model, "error");
    }

    private Map<String, Object> model(String page) {
        return new HashMap<>(Map.of("page", page, "version", version, "basePath", base.text(), "lang", "en"));
    }

    /** The engine renders at once, on whatever thread it is asked. */
    private Future<Buffer> rendered(Map<String, Object> model, String template) {
        return vertx.executeBlocking(() -> engine.render(model, "templates/" + template), false)
                .compose(rendering -> rendering);
    }

    /** JSON that may stand inside a script element: nothing in it can end the element or begin a comment. */
    public static String escaped(String json) {
        return json.replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026")
                .replace("\u2028", "\\u2028")
                .replace("\u2029", "\\u2029");
    }
}
