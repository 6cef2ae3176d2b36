package io.hubstorage.image;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.FileAppender;
import freemarker.cache.StringTemplateLoader;
import freemarker.template.Configuration;
import freemarker.template.TemplateExceptionHandler;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.config.ConfigRetriever;
import io.vertx.config.ConfigRetrieverOptions;
import io.vertx.config.ConfigStoreOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetServerOptions;
import io.vertx.ext.bridge.PermittedOptions;
import io.vertx.ext.healthchecks.HealthChecks;
import io.vertx.ext.healthchecks.Status;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.sockjs.SockJSBridgeOptions;
import io.vertx.ext.web.handler.sockjs.SockJSHandler;
import io.vertx.ext.web.templ.freemarker.FreeMarkerTemplateEngine;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A web server with a log, a bus, pages, checks, metrics and bridges, as the service has them, and its one visitor. */
final class RehearsedWeb implements AutoCloseable {
    private static final String ADDRESS = "rehearsal.ask";
    private static final List<String> PAGES = List.of("/", "/health", "/metrics", "/eventbus/info", "/nowhere");

    private final Vertx vertx;
    private final PrometheusMeterRegistry registry;
    private final Path home;
    private int port;

    private RehearsedWeb(Vertx vertx, PrometheusMeterRegistry registry, Path home) {
        this.vertx = vertx;
        this.registry = registry;
        this.home = home;
    }

    static RehearsedWeb start(Path home) throws Exception {
        log(home.resolve("log.txt"));
        Files.writeString(home.resolve("config.json"), "{\"a\": {\"b\": [1, 2.5, null, true]}}");
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Vertx vertx = Vertx.builder()
                .with(new VertxOptions()
                        // Under a training JVM, and on a busy builder, everything takes its time.
                        .setMaxEventLoopExecuteTime(TimeUnit.MINUTES.toNanos(5))
                        .setMetricsOptions(new MicrometerMetricsOptions().setEnabled(true)))
                .withMetrics(new MicrometerMetricsFactory(registry))
                .build();
        RehearsedWeb web = new RehearsedWeb(vertx, registry, home);
        vertx.deployVerticle(web.new Server()).await(1, TimeUnit.MINUTES);
        return web;
    }

    Vertx vertx() {
        return vertx;
    }

    private static void log(Path file) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.INFO);
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%d %-5level %logger{0} %msg%n");
        encoder.start();
        FileAppender<ILoggingEvent> appender = new FileAppender<>();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.setFile(file.toString());
        appender.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
    }

    private final class Server extends VerticleBase {
        @Override
        public Future<?> start() {
            Router router = Router.router(vertx);
            router.route().handler(BodyHandler.create(false));
            HealthChecks checks = HealthChecks.create(vertx)
                    .register(
                            "bus",
                            2_000,
                            promise -> ask().map(body -> Status.OK(body)).onComplete(promise));
            router.get("/health")
                    .handler(context -> checks.checkStatus()
                            .onSuccess(result -> context.end(result.toJson().toBuffer()))
                            .onFailure(context::fail));
            router.get("/metrics").handler(context -> context.end(registry.scrape()));
            FreeMarkerTemplateEngine pages = FreeMarkerTemplateEngine.create(vertx, "ftlh");
            Configuration configuration = pages.unwrap();
            configuration.setTemplateExceptionHandler(TemplateExceptionHandler.RETHROW_HANDLER);
            StringTemplateLoader templates = new StringTemplateLoader();
            templates.putTemplate("page.ftlh", "<#list words as word><p>${word}</p></#list><#if top>x</#if>");
            configuration.setTemplateLoader(templates);
            router.get("/").handler(context -> page(pages, context));
            PermittedOptions permitted = new PermittedOptions().setAddress(ADDRESS);
            router.route("/eventbus/*")
                    .subRouter(SockJSHandler.create(vertx)
                            .bridge(new SockJSBridgeOptions().addInboundPermitted(permitted)));
            HttpServer server = vertx.createHttpServer(
                    new HttpServerOptions().setHost("127.0.0.1").setPort(0).setCompressionSupported(true));
            vertx.eventBus()
                    .<JsonObject>consumer(
                            ADDRESS,
                            message -> message.reply(message.body().copy().put("x", 1)));
            return readConfig()
                    .compose(read -> vertx.createNetServer(new NetServerOptions().setHost("127.0.0.1"))
                            .connectHandler(socket -> socket.pause())
                            .listen(0))
                    .compose(bridge -> server.requestHandler(router).listen())
                    .onSuccess(listening -> port = listening.actualPort());
        }

        private Future<JsonObject> readConfig() {
            return ConfigRetriever.create(
                            vertx,
                            new ConfigRetrieverOptions()
                                    .addStore(new ConfigStoreOptions()
                                            .setType("file")
                                            .setConfig(new JsonObject()
                                                    .put(
                                                            "path",
                                                            home.resolve("config.json")
                                                                    .toString()))))
                    .getConfig();
        }
    }

    private Future<JsonObject> ask() {
        return vertx.eventBus()
                .<JsonObject>request(
                        ADDRESS,
                        new JsonObject().put("words", new JsonArray().add("a").add(2)))
                .map(reply -> reply.body());
    }

    private void page(FreeMarkerTemplateEngine pages, RoutingContext context) {
        Map<String, Object> model = new HashMap<>(Map.of("words", List.of("a", "<b>"), "top", true));
        vertx.executeBlocking(() -> pages.render(model, "page"), false)
                .compose(rendered -> rendered)
                .onSuccess(context::end)
                .onFailure(context::fail);
    }

    /** Fetches every page once, several at a time. */
    void visit() throws Exception {
        for (String page : PAGES) {
            Rehearsal.together(2, () -> fetch(page));
        }
    }

    private int fetch(String page) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + port + page).toURL().openConnection();
        connection.setConnectTimeout(10_000);
        connection.setReadTimeout(10_000);
        int status = connection.getResponseCode();
        Rehearsal.expect(status == (page.equals("/nowhere") ? 404 : 200), "the web server at " + page);
        if (status == 200) {
            try (InputStream body = connection.getInputStream()) {
                body.transferTo(java.io.OutputStream.nullOutputStream());
            }
        }
        return status;
    }

    @Override
    public void close() throws TimeoutException {
        vertx.close().await(1, TimeUnit.MINUTES);
    }
}
