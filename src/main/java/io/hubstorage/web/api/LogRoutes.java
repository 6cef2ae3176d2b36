package io.hubstorage.web.api;

import io.hubstorage.bus.BusJson;
import io.hubstorage.bus.LogLine;
import io.hubstorage.config.ConfigStore;
import io.hubstorage.logs.LineFormat;
import io.hubstorage.logs.LogFiles;
import io.hubstorage.logs.LogQuery;
import io.hubstorage.web.http.Background;
import io.hubstorage.web.http.Disposition;
import io.hubstorage.web.http.HttpProblem;
import io.hubstorage.web.http.Query;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** {@code /api/logs}: the log files, searched from the newest line backwards, or downloaded. */
public record LogRoutes(Background background, ConfigStore store) {
    private static final List<String> LEVELS =
            List.of("TRACE", "DEBUG", "INFO", "WARN", "WARNING", "ERROR", "CRITICAL");
    private static final int DEFAULT_LIMIT = 200;
    private static final int MAX_TEXT = 500;
    private static final int MAX_RUN = 100;
    private static final int MAX_CURSOR = 100;
    private static final int MAX_NAME = 255;
    /** A download of what matches is put together in memory. */
    private static final int MOST_CHARACTERS = 8 << 20;

    /** A search of all files takes no longer; what was found by then is the answer. */
    private static final Duration MOST_TIME = Duration.ofSeconds(20);

    public void mount(Router router) {
        router.get("/api/logs").respond(this::page);
        router.get("/api/logs/files").respond(this::files);
        router.get("/api/logs/download").handler(this::download);
    }

    private LogFiles logs() {
        return new LogFiles(store.logFile());
    }

    private Future<JsonObject> page(RoutingContext context) {
        Query query = new Query(context);
        LogQuery wanted =
                wanted(query, query.number("limit", 1, LogQuery.MOST, DEFAULT_LIMIT), query.text("before", MAX_CURSOR));
        return read(context, wanted).map(BusJson::encode);
    }

    private static LogQuery wanted(Query query, int limit, @Nullable String before) {
        String text = query.text("q", MAX_TEXT);
        boolean regex = query.flag("regex", false);
        if (text != null && regex) {
            checkRegex(text);
        }
        return new LogQuery(text, regex, query.oneOf("level", LEVELS), query.text("run", MAX_RUN), limit, before);
    }

    private static void checkRegex(String text) {
        try {
            LogQuery.expression(text);
        } catch (IllegalArgumentException e) {
            throw HttpProblem.badInput("q", text, "a regular expression (%s)".formatted(e.getMessage()));
        }
    }

    /** What has to look into every line has its turn among other searches, and ends when nobody waits for it. */
    private Future<LogFiles.Page> read(RoutingContext context, LogQuery query) {
        return query.text() == null
                ? background.run(() -> readBlocking(logs(), query, () -> false))
                : background.search(context, () -> readBlocking(logs(), query, context.response()::closed));
    }

    private static LogFiles.Page readBlocking(LogFiles files, LogQuery query, BooleanSupplier gone) throws IOException {
        try {
            return files.read(query, gone);
        } catch (IllegalArgumentException e) {
            throw HttpProblem.badInput(String.valueOf(e.getMessage()));
        }
    }

    private Future<JsonObject> files(RoutingContext context) {
        return background.run(() -> {
            List<JsonObject> files = logs().list().stream().map(BusJson::encode).toList();
            return new JsonObject().put("files", new JsonArray(files));
        });
    }

    /** The named file, or the newest one; with a search, the lines that match, from all files, oldest first. */
    private void download(RoutingContext context) {
        Query query = new Query(context);
        LogQuery wanted = wanted(query, LogQuery.MOST, null);
        String name = query.text("file", MAX_NAME);
        if (wanted.text() != null || wanted.level() != null || wanted.run() != null) {
            background
                    .search(context, () -> matching(logs(), wanted, context.response()::closed))
                    .onSuccess(text -> attachment(context, "hubstorage-log-search.txt")
                            .response()
                            .end(text))
                    .onFailure(context::fail);
            return;
        }
        background
                .run(() -> file(logs(), name))
                .onSuccess(file -> send(context, file))
                .onFailure(context::fail);
    }

    /** As much of it as there is now: it may grow, and be rotated, meanwhile. */
    private void send(RoutingContext context, Path file) {
        attachment(context, file.getFileName().toString()).response().setChunked(true);
        background.stream(context, Background.Load.DOWNLOAD, out -> {
            try (InputStream in = Files.newInputStream(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
                in.transferTo(out);
            }
        });
    }

    private static Path file(LogFiles files, @Nullable String name) throws IOException {
        List<LogFiles.LogFile> all = files.list();
        if (all.isEmpty()) {
            throw new HttpProblem(404, "Nothing has been logged to a file yet.");
        }
        String wanted = name == null ? all.getFirst().name() : name;
        try {
            return files.resolve(wanted);
        } catch (NoSuchFileException e) {
            throw HttpProblem.badInput(
                    "file",
                    wanted,
                    "one of "
                            + String.join(
                                    ", ",
                                    all.stream().map(LogFiles.LogFile::name).toList()));
        }
    }

    private static String matching(LogFiles files, LogQuery query, BooleanSupplier gone) throws IOException {
        long deadline = System.nanoTime() + MOST_TIME.toNanos();
        Deque<String> found = new ArrayDeque<>();
        int characters = 0;
        LogQuery next = query;
        while (true) {
            LogFiles.Page page = readBlocking(files, next, gone);
            for (LogLine line : page.lines()) {
                String text = LineFormat.format(line) + "\n";
                characters += text.length();
                if (characters > MOST_CHARACTERS) {
                    return String.join("", found);
                }
                found.addFirst(text);
            }
            if (page.next() == null || System.nanoTime() - deadline > 0) {
                return String.join("", found);
            }
            next = query.olderThan(page.next());
        }
    }

    private static RoutingContext attachment(RoutingContext context, String name) {
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; charset=utf-8")
                .putHeader("Content-Disposition", Disposition.attachment(name));
        return context;
    }
}
