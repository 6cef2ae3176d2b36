package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.web.api.Pages;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PagesTest {
    private static final Pattern STATE =
            Pattern.compile("<script type=\"application/json\" id=\"initial-state\">(.*?)</script>", Pattern.DOTALL);
    private static final Pattern ASSET = Pattern.compile("(?:href|src)=\"(/assets/[^\"#]+)");

    @AutoClose
    private WebServer server;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        server = WebServer.start(folder);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/config",
                "/logs",
                "/files",
                "/setup",
                "/runs/r1",
                "/runs/r1/certificate",
                "/jobs/j1",
                "/activity",
                "/buckets",
                "/buckets/photos",
                "/storage",
                "/restore",
                "/restores/r1",
                "/alerts"
            })
    void aPageComesWithItsStateAndEverythingItRefersTo(String path) {
        WebServer.Answer page = server.get(path);
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("Content-Type")).isEqualTo("text/html; charset=utf-8");
        String html = page.body().toString();
        assertThat(html).contains("1.2.3-test");
        Matcher state = STATE.matcher(html);
        assertThat(state.find()).isTrue();
        assertThat(new JsonObject(state.group(1)).getJsonObject("health").getString("state"))
                .isEqualTo("safe");
        Matcher assets = ASSET.matcher(html);
        int found = 0;
        while (assets.find()) {
            assertThat(server.get(assets.group(1)).status()).as(assets.group(1)).isEqualTo(200);
            found++;
        }
        assertThat(found).isGreaterThan(2);
    }

    @Test
    void aLinkToAPageOfBeforeLeadsToWhereItsContentIs() {
        WebServer.Answer files =
                server.get("/snapshots?snapshot=hublink_20261120060000&bucket=a%26b&prefix=x%20y/&key=x%20y/%2B");
        assertThat(files.status()).isEqualTo(303);
        assertThat(files.header("Location"))
                .isEqualTo("/files?at=hublink_20261120060000&bucket=a%26b&path=x+y%2F&key=x+y%2F%2B");
        assertThat(server.get("/snapshots").header("Location")).isEqualTo("/files");
        assertThat(server.get("/integrity").header("Location")).isEqualTo("/storage#proofs");
    }

    @Test
    void noPageRunsAScriptOrStyleOfItsOwnOrOfOthers() {
        for (String path : new String[] {
            "/",
            "/config",
            "/logs",
            "/files",
            "/setup",
            "/runs/%3Cb%3E",
            "/buckets/%3Cb%3E",
            "/jobs/%3Cb%3E",
            "/runs/%3Cb%3E/certificate",
            "/restore?to=%3Cb%3E",
            "/restores/%3Cb%3E"
        }) {
            String html = server.get(path).body().toString();
            assertThat(html).doesNotContainPattern("(?i)<script(?![^>]*(src=\"/|application/json))");
            assertThat(html).doesNotContainPattern("(?i)\\son[a-z]+=|<style|style=\"|https?://(?!www\\.w3\\.org)");
        }
    }

    @Test
    void textFromOutsideCannotLeaveTheEmbeddedState() {
        String odd = "</script><script>alert(1)</script><!-- & \u2028";
        String escaped = Pages.escaped(new JsonObject().put("text", odd).encode());
        assertThat(escaped).doesNotContain("<", ">", "&", "\u2028");
        assertThat(new JsonObject(escaped).getString("text")).isEqualTo(odd);
    }

    @Test
    void everyAnswerCarriesTheSecurityHeaders() {
        for (String path : new String[] {"/", "/api/status", "/api/nothing", "/assets/css/base.css", "/health/live"}) {
            WebServer.Answer answer = server.get(path);
            assertThat(answer.header("Content-Security-Policy"))
                    .as(path)
                    .isEqualTo("default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; "
                            + "img-src 'self' data:; connect-src 'self'; font-src 'self'; form-action 'self'; "
                            + "frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'");
            assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(answer.header("Referrer-Policy")).isEqualTo("no-referrer");
            assertThat(answer.header("X-Frame-Options")).isEqualTo("DENY");
            assertThat(answer.header("Date")).isEqualTo("Fri, 20 Nov 2026 08:00:00 GMT");
        }
        assertThat(server.get("/api/status").header("Cache-Control")).isEqualTo("no-store");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/assets/lib/uPlot.js", "/assets/lib/uPlot.css"})
    void aLibraryComesOutOfItsOwnJar(String path) {
        assertThat(server.get(path).status()).isEqualTo(200);
    }

    @Test
    void anAssetIsCompressedAndAskedForAgainByItsTag() {
        WebServer.Answer first = server.get("/assets/css/base.css", Map.of("Accept-Encoding", "gzip"));
        assertThat(first.header("Content-Encoding")).isEqualTo("gzip");
        assertThat(first.header("Content-Type")).isEqualTo("text/css; charset=utf-8");
        assertThat(first.header("Cache-Control")).isEqualTo("no-cache");
        WebServer.Answer again = server.get("/assets/css/base.css", Map.of("If-None-Match", first.header("ETag")));
        assertThat(again.status()).isEqualTo(304);
        assertThat(again.body().length()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/assets/",
                "/assets/js",
                "/assets/js/",
                "/assets/nothing.css",
                "/assets/../templates/index.ftlh",
                "/assets/%2e%2e/templates/index.ftlh",
                "/assets/..%2f..%2flogback.xml",
                "/assets/css/../../templates/index.ftlh",
                "/assets/%5c..%5ctemplates%5cindex.ftlh",
                "/assets/.hidden.css",
                "/assets//css//base.css/",
                "/assets/css/base.css%00.js"
            })
    void nothingElseThanAssetsIsServed(String path) {
        WebServer.Answer answer = server.get(path);
        assertThat(answer.status()).isIn(400, 404);
        assertThat(answer.body().toString()).doesNotContain("openapi: 3", "<#import", "configuration");
    }

    @Test
    void aPersonOnAWrongAddressGetsAPageAndAProgramAProblem() {
        WebServer.Answer page = server.get("/nowhere<b>", Map.of("Accept", "text/html,*/*"));
        assertThat(page.status()).isEqualTo(404);
        assertThat(page.header("Content-Type")).startsWith("text/html");
        assertThat(page.body().toString()).doesNotContain("<b>");
        ApiTest.assertProblem(server.get("/nowhere", Map.of("Accept", "*/*")), 404, "openapi");
        ApiTest.assertProblem(server.get("/api/nowhere", Map.of("Accept", "text/html")), 404, "openapi");
    }

    @Test
    void theContractIsServed() {
        WebServer.Answer answer = server.get("/openapi.yaml");
        assertThat(answer.header("Content-Type")).startsWith("application/yaml");
        assertThat(answer.body().toString()).startsWith("openapi: 3.1.0");
    }

    @Test
    void wrongMethodsOnPagesAreTold() {
        assertThat(server.send(HttpMethod.POST, "/logs", Map.of(), null).status())
                .isEqualTo(405);
    }
}
