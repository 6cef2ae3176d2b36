package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.Addresses;
import io.hubstorage.bus.Alarm;
import io.hubstorage.bus.StatusMessage;
import io.hubstorage.bus.StatusMessage.Bucket;
import io.hubstorage.bus.StatusMessage.Standing;
import io.hubstorage.bus.StatusMessage.State;
import io.hubstorage.bus.Tally;
import io.hubstorage.web.auth.Role;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What everybody sees, and what nobody sees unless it is wanted. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PublicStatusTest {
    private static final String PAGE = "/status";
    private static final String JSON = "/status.json";
    private static final String BADGE = "/status/badge.svg";
    private static final List<String> ALL = List.of(PAGE, JSON, BADGE);
    private static final Instant CHECKED = Instant.parse("2026-11-20T06:05:00Z");
    /** Whatever the judgement says beside states, names and times. */
    private static final List<String> PRIVATE = List.of(
            "secret-problem",
            "secret-alarm",
            "secret-condition",
            "secret-remedy",
            "secret-sentence",
            "hublink_2026",
            "1073741824",
            "1.2.3-test",
            "HubStorage",
            "set-cookie");

    private WebServer server;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        Files.createDirectories(folder.resolve("config"));
        Files.writeString(folder.resolve("config/config.json"), "{\"s3_buckets\": [\"photos\", \"docs\"]}");
        server = WebServer.start(folder, Map.of("HUBSTORAGE_WEB_PASSWORD", "a long password"), EventHub.Limits.DEFAULT);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @BeforeEach
    void later() {
        // So that nothing is left of what was told before.
        server.now.updateAndGet(now -> now.plusSeconds(5));
        server.rooms.status = judged(State.LATE, "photos", "docs");
    }

    /** As by an administrator on the page of the configuration. */
    private void configure(JsonObject members) {
        JsonObject whole = new JsonObject()
                .put("s3_buckets", JsonArray.of("photos", "docs"))
                .put("automation", JsonObject.of("time_zone", "Europe/Berlin"))
                .put("public_status", members);
        WebServer.Answer saved = server.send(
                HttpMethod.PUT,
                "/api/config",
                Map.of(
                        "Content-Type",
                        "application/json",
                        "Authorization",
                        "Bearer " + server.token(Role.ADMIN).text()),
                whole.toBuffer());
        assertThat(saved.status()).as("%s", saved.body()).isEqualTo(200);
    }

    private static JsonObject enabled() {
        return JsonObject.of("enabled", true);
    }

    private static StatusMessage.Current judged(State state, String safe, String late) {
        return new StatusMessage.Current(
                CHECKED,
                new StatusMessage.Verdict(state, "secret-sentence", "secret-sentence", "secret-sentence"),
                List.of(
                        bucket(safe, Standing.SAFE, CHECKED, null),
                        bucket(late, Standing.LATE, CHECKED.minusSeconds(86_400), "secret-problem"),
                        bucket("left-out", Standing.LEFT_OUT, CHECKED.minusSeconds(864_000), null)),
                List.of(new StatusMessage.Condition(
                        StatusMessage.Condition.Kind.DAMAGE, "secret-condition", "secret-remedy")),
                List.of(new Alarm(
                        "a1",
                        Alarm.Kind.SHRUNK,
                        null,
                        null,
                        "secret-alarm",
                        "secret-remedy",
                        new Alarm.Occurrences(CHECKED, CHECKED, 1, null))),
                1L << 30,
                null);
    }

    private static Bucket bucket(String name, Standing standing, Instant checked, @Nullable String problem) {
        return new Bucket(
                name,
                standing,
                checked.minusSeconds(300),
                checked,
                "hublink_20261120060000",
                new Tally(3, 30),
                problem);
    }

    @Test
    void whereItIsOffThereIsNothing() {
        configure(JsonObject.of("enabled", false, "title", "Ours", "buckets", "names"));
        for (String path : ALL) {
            for (HttpMethod method : List.of(HttpMethod.GET, HttpMethod.HEAD)) {
                WebServer.Answer answer = server.send(method, path, Map.of("Accept", "text/html"), null);
                assertThat(answer.status()).as("%s %s", method, path).isEqualTo(404);
                assertThat(answer.body().toString()).isIn("", "Not Found\n");
            }
        }
    }

    @Test
    void whatIsNotConfiguredIsNotThere() {
        configure(enabled());
        assertThat(server.get(JSON).json())
                .isEqualTo(JsonObject.of("title", "Backup status", "state", "late", "summary", "Backups are late."));
        for (String path : ALL) {
            assertThat(whole(path))
                    .as(path)
                    .doesNotContain("photos", "docs", "left-out", "2026-11-2", "h ago", "in 4 h", "1 of 2")
                    .doesNotContain(PRIVATE);
        }
        assertThat(whole(PAGE)).contains("Backup status", "Backups are late.").doesNotContain("<script", "href=\"/\"");
    }

    private String whole(String path) {
        WebServer.Answer answer = server.get(path);
        assertThat(answer.status()).isEqualTo(200);
        return answer.headers() + "\n" + answer.body();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        title        | 'Ours'  | Ours                 | Backup status,photos,1 of 2,h ago,in 4 h
        buckets      | 'count' | 1 of 2               | photos,docs,h ago,in 4 h
        buckets      | 'names' | photos,docs,Late,Safe | left-out,h ago,in 4 h
        last_success | true    | 26 h ago             | photos,docs,1 of 2,in 4 h
        next_run     | true    | in 4 h               | photos,docs,1 of 2,h ago
        """)
    void eachMemberShowsItsOwnAndNoOther(String member, String value, String shown, String hidden) {
        configure(enabled().put(member, value.equals("true") ? true : value));

        String page = whole(PAGE);

        assertThat(page).contains(shown.split(",", -1)).doesNotContain(hidden.split(",", -1));
        for (String path : ALL) {
            assertThat(whole(path)).as(path).doesNotContain(PRIVATE);
        }
        assertThat(whole(BADGE)).doesNotContain("photos", "Ours", "26 h");
    }

    @Test
    void allOfItAsJsonIsAsTheContractHasIt() throws IOException {
        configure(enabled().put("buckets", "names").put("last_success", true).put("next_run", true));
        WebServer.Answer answer = server.get(JSON);
        assertThat(new Contract().complaints("GET /status.json", answer)).isEmpty();
        assertThat(answer.json()).isEqualTo(new JsonObject("""
            {"title": "Backup status", "state": "late", "summary": "Backups are late.",
             "buckets": {"total": 2, "safe": 1, "list": [
               {"name": "photos", "state": "safe", "last_success": "2026-11-20T06:05:00Z"},
               {"name": "docs", "state": "late", "last_success": "2026-11-19T06:05:00Z"}]},
             "last_success": "2026-11-19T06:05:00Z", "next_run": "2026-11-20T12:00:00Z"}
            """));
        assertThat(server.get(PAGE).body().toString())
                .contains("19 Nov 2026, 07:05 CET", "datetime=\"2026-11-19T06:05:00Z\"");
    }

    @ParameterizedTest
    @EnumSource
    void theStateIsTheHeadlines(State state) {
        configure(enabled());
        server.rooms.status = judged(state, "photos", "docs");
        JsonObject json = server.get(JSON).json();
        assertThat(json.getString("state")).isEqualToIgnoringCase(state.name());
        assertThat(server.get(PAGE).body().toString()).contains(json.getString("summary"));
        String badge = server.get(BADGE).body().toString();
        assertThat(badge).containsPattern("<title>backups: [a-z ]+</title>").contains("role=\"img\"");
        assertThat(badge.split("#137a45", -1).length > 1).as("green").isEqualTo(state == State.SAFE);
    }

    @Test
    void whatPeopleCalledThingsIsNoMarkup() {
        configure(enabled().put("title", "<script>alert(1)</script>&\"").put("buckets", "names"));
        server.rooms.status = judged(State.LATE, "<img src=x onerror=alert(1)>", "a\"b'c");
        assertThat(server.get(PAGE).body().toString())
                .contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;", "&lt;img src=x", "a&quot;b&#39;c")
                .doesNotContain("<script", "<img");
        assertThat(server.get(JSON).json().getString("title")).isEqualTo("<script>alert(1)</script>&\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {PAGE, JSON, BADGE})
    void itIsCachedBrieflyAndNotSentAgainWhereNothingChanged(String path) {
        configure(enabled());
        WebServer.Answer answer = server.get(path);
        assertThat(answer.header("Cache-Control")).isEqualTo("public, max-age=10");
        assertThat(answer.header("Content-Security-Policy")).startsWith("default-src 'none'");
        assertThat(answer.header("Cross-Origin-Resource-Policy")).isEqualTo("cross-origin");
        WebServer.Answer same = server.get(path, Map.of("If-None-Match", answer.header("ETag")));
        assertThat(same.status()).isEqualTo(304);
        assertThat(same.body().length()).isZero();
        WebServer.Answer head = server.send(HttpMethod.HEAD, path, Map.of(), null);
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("ETag")).isEqualTo(answer.header("ETag"));
        assertThat(head.body().length()).isZero();
    }

    @Test
    void howeverManyAskTheRoomsAreAskedOnceASecond() {
        configure(enabled());
        AtomicInteger asked = new AtomicInteger();
        server.vertx.eventBus().addOutboundInterceptor(delivery -> {
            if (delivery.message().address().equals(Addresses.STATUS)) {
                asked.incrementAndGet();
            }
            delivery.next();
        });
        for (int i = 0; i < 50; i++) {
            assertThat(server.get(ALL.get(i % 3)).status()).isEqualTo(200);
        }
        assertThat(asked).hasValue(1);
        server.now.set(server.clock.instant().plusSeconds(1));
        server.get(PAGE);
        assertThat(asked).hasValue(2);
    }

    @Test
    void aBadgeMayStandInPagesOfOtherSitesUnderAnyName(@TempDir Path open) throws IOException {
        Files.createDirectories(open.resolve("config"));
        Files.writeString(
                open.resolve("config/config.json"),
                "{\"s3_buckets\": [\"photos\"], \"public_status\": {\"enabled\": true}}");
        // Without a login, where everything else asks for a name of ours and for no other site.
        try (WebServer bare = WebServer.start(open)) {
            Map<String, String> foreign =
                    Map.of("Host", "badge.example", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Dest", "image");
            assertThat(bare.get(BADGE, foreign).status()).isEqualTo(200);
            assertThat(bare.get("/api/status", foreign).status()).isEqualTo(403);
        }
    }
}
