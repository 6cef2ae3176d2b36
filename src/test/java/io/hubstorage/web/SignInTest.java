package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.hubstorage.testkit.LogCapture;
import io.hubstorage.testkit.OpenIdProvider;
import io.hubstorage.testkit.OpenIdProvider.Signer;
import io.hubstorage.web.auth.Role;
import io.hubstorage.web.auth.StoredPassword;
import io.hubstorage.web.sse.EventHub;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A login by way of a provider, as it shows on the wire; {@code SignInIT} has it in a browser. */
final class SignInTest {
    private static final String PASSWORD = "correct horse battery";
    private static final JsonObject ANN = new JsonObject()
            .put("sub", "5f0c2a91")
            .put("email", "ann@example.org")
            .put("email_verified", true)
            .put("preferred_username", "ann");

    private static final AtomicReference<Instant> NOW = new AtomicReference<>(Instant.parse("2026-11-20T08:00:00Z"));

    private static OpenIdProvider provider;
    private static WebServer server;

    private SignInVisitor visitor;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException {
        provider = OpenIdProvider.start(NOW::get);
        provider.stop();
        // It is down when HubStorage starts, which neither prevents nor delays that.
        server = WebServer.start(folder, environment(Map.of()), EventHub.Limits.DEFAULT);
        provider.comeBack();
    }

    private static Map<String, String> environment(Map<String, String> further) {
        Map<String, String> variables = new HashMap<>(Map.of(
                "HUBSTORAGE_WEB_PASSWORD",
                PASSWORD,
                "HUBSTORAGE_OIDC_ISSUER",
                provider.issuer().toString(),
                "HUBSTORAGE_OIDC_CLIENT_ID",
                OpenIdProvider.CLIENT,
                "HUBSTORAGE_OIDC_CLIENT_SECRET",
                OpenIdProvider.SECRET,
                "HUBSTORAGE_OIDC_NAME",
                "Test & Co",
                "HUBSTORAGE_OIDC_VIEWERS",
                "@example.org",
                "HUBSTORAGE_OIDC_OPERATORS",
                "group:backup",
                "HUBSTORAGE_OIDC_ADMINS",
                "boss@example.org"));
        variables.putAll(further);
        return variables;
    }

    @AfterAll
    static void stop() {
        server.close();
        provider.close();
    }

    @BeforeEach
    void freshVisitor() {
        // Tries that the test before has taken are forgotten by then.
        server.now.set(NOW.updateAndGet(now -> now.plus(Duration.ofHours(1))));
        provider.comeBack();
        provider.signsIn(ANN)
                .signsBy(Signer.RS256)
                .changesIdToken(UnaryOperator.identity())
                .changesUserInfo(UnaryOperator.identity())
                .changesConfiguration(UnaryOperator.identity())
                .tellsOnlyWhenAsked();
        visitor = new SignInVisitor(server);
    }

    private static JsonObject with(String claim, @Nullable Object value) {
        return ANN.copy().put(claim, value);
    }

    private static JsonObject without(String claim) {
        JsonObject claims = ANN.copy();
        claims.remove(claim);
        return claims;
    }

    private static Optional<JsonObject> audited(String action) {
        Map<String, String> admin =
                Map.of("Authorization", "Bearer " + server.token(Role.ADMIN).text());
        return server.get("/api/audit?limit=20", admin).json().getJsonArray("entries").stream()
                .map(JsonObject.class::cast)
                .filter(entry -> entry.getString("action").equals(action))
                .findFirst();
    }

    private void assertNobodyCameIn(WebServer.Answer answer, int status, String sentence) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body().toString()).contains("role=\"alert\"", sentence, "name=\"password\"");
        assertThat(visitor.get("/api/status").status()).isEqualTo(401);
        assertThat(visitor.cookies).as("nothing is left to try again with").isEmpty();
    }

    @Test
    void aPersonIsLedToTheProviderAndBackToWhereTheyWanted() {
        String led = visitor.open("/snapshots?bucket=a%2Fb").header("Location");
        String page = visitor.open(led).body().toString();
        assertThat(page)
                .contains("Sign in with Test &amp; Co", "href=\"/login/oidc?next=%2Fsnapshots%3Fbucket%3Da%252Fb\"")
                .contains("autocomplete=\"current-password\"");

        WebServer.Answer leaving = visitor.open("/login/oidc?next=%2Fsnapshots%3Fbucket%3Da%252Fb");
        assertThat(leaving.status()).isEqualTo(303);
        assertThat(leaving.header("Set-Cookie"))
                .contains("; Path=/login/oidc", "; HTTPOnly", "; SameSite=Lax", "Max-Age=1800")
                .doesNotContain("Secure");
        String address = leaving.header("Location");
        assertThat(address).startsWith(provider.issuer() + "/authorize?");
        assertThat(SignInVisitor.parameters(address))
                .containsEntry("response_type", "code")
                .containsEntry("client_id", OpenIdProvider.CLIENT)
                .containsEntry("code_challenge_method", "S256")
                .containsEntry("scope", "openid profile email")
                .containsEntry("redirect_uri", "http://127.0.0.1:%d/login/oidc/callback".formatted(server.port()))
                .containsKeys("state", "nonce", "code_challenge");

        WebServer.Answer back = visitor.open(SignInVisitor.atProvider(address));

        assertThat(back.status()).isEqualTo(303);
        assertThat(back.header("Location")).isEqualTo("/snapshots?bucket=a%2Fb");
        assertThat(visitor.cookies)
                .as("a login, and neither of what began it nor of a browser that has shown a password")
                .containsOnlyKeys("hubstorage_" + server.port());
        assertThat(visitor.get("/api/status").status()).isEqualTo(200);
        assertThat(visitor.open("/login?next=/logs").header("Location")).isEqualTo("/logs");
        assertThat(audited("login").orElseThrow().getJsonObject("by"))
                .isEqualTo(new JsonObject()
                        .put("name", "ann@example.org")
                        .put("role", "viewer")
                        .put("via", "oidc")
                        .put("address", "127.0.0.1"));
    }

    @ParameterizedTest
    @CsvSource({
        "ann@example.org, , viewer",
        "eve@elsewhere.example, staff;backup, operator",
        "BOSS@example.org, backup, admin"
    })
    void theAccountDecidesTheRole(String email, @Nullable String groups, String role) {
        JsonObject claims = with("email", email);
        if (groups != null) {
            claims.put("groups", new JsonArray(List.of(groups.split(";", -1))));
        }
        provider.signsIn(claims);
        visitor.signIn("/");
        assertThat(visitor.open("/").body().toString()).contains("data-role=\"" + role + "\"");
        int started = visitor.post("/api/backup/run", null).status();
        server.rooms.running = false;
        assertThat(started).isEqualTo(role.equals("viewer") ? 403 : 202);
        assertThat(visitor.get("/api/tokens").status()).isEqualTo(role.equals("admin") ? 200 : 403);
    }

    @Test
    void whoIsKnownThereAndHasNoRoleHereIsToldSo() {
        provider.signsIn(with("email", "<b>@elsewhere.example"));
        assertNobodyCameIn(
                visitor.signIn("/logs"),
                403,
                "Test &amp; Co knows you as &lt;b&gt;@elsewhere.example, but that account has no role");
        JsonObject entry = audited("login.failed").orElseThrow();
        assertThat(entry.getString("subject")).isEqualTo("<b>@elsewhere.example");
        assertThat(entry.getInteger("status")).isEqualTo(403);
    }

    static Stream<JsonObject> unverified() {
        return Stream.of(
                with("email_verified", false),
                with("email_verified", "false"),
                with("email_verified", 1),
                with("email_verified", null),
                without("email_verified"));
    }

    @ParameterizedTest
    @MethodSource("unverified")
    void anAddressThatNobodyHasVerifiedOpensNothing(JsonObject claims) {
        provider.signsIn(claims);
        assertNobodyCameIn(visitor.signIn("/"), 403, "knows you as ann (5f0c2a91), but that account has no role");
    }

    @Test
    void whatTheIdTokenLeavesOutIsAskedFor() {
        provider.signsIn(without("email")
                        .put("email", "x@elsewhere.example")
                        .put("groups", new JsonArray().add("backup")))
                .tellsOnlyWhenAsked("email", "email_verified", "groups");
        assertThat(visitor.signIn("/").status()).isEqualTo(303);
        assertThat(audited("login").orElseThrow().getJsonObject("by").getString("role"))
                .isEqualTo("operator");
    }

    @Test
    void whatIsToldOfSomebodyElseCountsForNobody() {
        provider.tellsOnlyWhenAsked("email")
                .changesUserInfo(told -> told.put("sub", "another").put("email", "boss@example.org"));
        assertNobodyCameIn(visitor.signIn("/"), 401, "did not confirm this login");
    }

    @ParameterizedTest
    @EnumSource(value = Signer.class, mode = EnumSource.Mode.EXCLUDE, names = "RS256")
    void anIdTokenThatTheProviderHasNotSignedProvesNothing(Signer signer) {
        provider.signsBy(signer).signsIn(with("email", "boss@example.org"));
        try (LogCapture log = LogCapture.of("io.hubstorage.web")) {
            assertNobodyCameIn(visitor.signIn("/"), 401, "could not be proven");
            assertThat(log.lines("WARN")).singleElement().asString().contains("not signed by a key of the provider");
        }
    }

    static Stream<Arguments> wrongClaims() {
        long now = 1_000;
        return Stream.of(
                Arguments.of("a nonce of another login", new JsonObject().put("nonce", "x".repeat(43))),
                Arguments.of("another audience", new JsonObject().put("aud", "another-client")),
                Arguments.of(
                        "further audiences",
                        new JsonObject()
                                .put(
                                        "aud",
                                        new JsonArray()
                                                .add(OpenIdProvider.CLIENT)
                                                .add("other"))),
                Arguments.of("another issuer", new JsonObject().put("iss", "https://evil.example")),
                Arguments.of("long over", new JsonObject().put("exp", now)),
                Arguments.of("without an end", new JsonObject().putNull("exp")),
                Arguments.of("without an audience", new JsonObject().putNull("aud")),
                Arguments.of("without a nonce", new JsonObject().putNull("nonce")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongClaims")
    void anIdTokenOfAnotherLoginProvesNothing(String what, JsonObject change) {
        provider.changesIdToken(claims -> {
            JsonObject changed = claims.mergeIn(change);
            change.fieldNames().stream()
                    .filter(name -> change.getValue(name) == null)
                    .forEach(changed::remove);
            return changed;
        });
        assertNobodyCameIn(visitor.signIn("/"), 401, "could not be proven");
    }

    @Test
    void anIdTokenThatTookTooLongIsOver() {
        provider.changesIdToken(claims -> {
            server.now.set(NOW.updateAndGet(now -> now.plus(Duration.ofMinutes(7))));
            return claims;
        });
        assertNobodyCameIn(visitor.signIn("/"), 401, "could not be proven");
    }

    @Test
    void whatComesBackWithoutHavingBeenBegunHereOpensNothing() {
        String back = SignInVisitor.atProvider(visitor.leave("/"));
        String wrong = back.replaceFirst("state=[^&]+", "state=" + "x".repeat(43));
        assertThat(visitor.open(wrong).status()).isEqualTo(401);
        assertThat(visitor.get("/api/status").status()).isEqualTo(401);
        assertThat(visitor.open(back).status())
                .as("the login that was really begun goes on")
                .isEqualTo(303);

        // Somebody leads another one to the end of a login of their own.
        visitor = new SignInVisitor(server);
        assertNobodyCameIn(
                visitor.open(SignInVisitor.atProvider(new SignInVisitor(server).leave("/"))),
                401,
                "begun in another browser");
        for (String nothing : List.of("", "?state=", "?code=x", "?state=a&state=b&code=x", "?error=access_denied")) {
            assertNobodyCameIn(visitor.open("/login/oidc/callback" + nothing), 401, "begun in another browser");
        }
    }

    @Test
    void aCodeServesOnceAndOnlyTheBrowserThatItIsFor() {
        String back = SignInVisitor.atProvider(visitor.leave("/"));
        Map<String, String> before = Map.copyOf(visitor.cookies);
        assertThat(visitor.open(back).status()).isEqualTo(303);
        visitor.cookies.clear();
        visitor.cookies.putAll(before);
        assertNobodyCameIn(visitor.open(back), 401, "did not confirm this login");

        // A code that somebody has seen, put into a login of their own.
        String stolen = SignInVisitor.parameters("x:" + SignInVisitor.atProvider(new SignInVisitor(server).leave("/")))
                .get("code");
        String own = SignInVisitor.atProvider(visitor.leave("/"));
        assertNobodyCameIn(
                visitor.open(own.replaceFirst("code=[^&]+", "code=" + stolen)), 401, "did not confirm this login");
    }

    @Test
    void whoComesBackToAPageThatHasDoneItsWorkStaysIn() {
        String back = SignInVisitor.atProvider(visitor.leave("/logs"));
        visitor.open(back);
        assertThat(visitor.open(back).header("Location")).isEqualTo("/");
        assertThat(visitor.get("/api/status").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"//evil.example", "/\\evil.example", "https://evil.example", "/login/oidc?next=/", "evil"})
    void nobodyIsLedToAnotherSite(String next) {
        assertThat(visitor.signIn(next).header("Location")).isEqualTo("/");
        assertThat(visitor.open("/login/oidc?next=" + URLEncoder.encode(next, StandardCharsets.UTF_8))
                        .header("Location"))
                .as("who is in already")
                .isEqualTo("/");
        SignInVisitor planted = new SignInVisitor(server);
        String back = SignInVisitor.atProvider(planted.leave("/logs"));
        planted.cookies.replaceAll((name, value) -> value.replaceFirst(
                "\\..*", "." + java.util.Base64.getUrlEncoder().encodeToString(next.getBytes(StandardCharsets.UTF_8))));
        assertThat(planted.open(back).header("Location")).isEqualTo("/");
    }

    @Test
    void theProviderMayTakeAnotherKeyWheneverItLikes() {
        assertThat(visitor.signIn("/").status()).isEqualTo(303);
        SignInVisitor other = new SignInVisitor(server);
        String address = other.leave("/");
        provider.takesAnotherKey();
        assertThat(other.open(SignInVisitor.atProvider(address)).status()).isEqualTo(303);
    }

    @Test
    void aProviderThatIsDownIsSaidToBeAndThePasswordWorks() {
        // Whatever another test has left of it, it answers; and nobody remembers that after an hour.
        new SignInVisitor(server).signIn("/");
        server.now.set(NOW.updateAndGet(now -> now.plus(Duration.ofHours(1))));
        provider.stop();
        String sentence = "Test &amp; Co cannot be reached just now. Try again in a moment, or use the password.";
        try (LogCapture log = LogCapture.of("io.hubstorage.web.oidc")) {
            for (int i = 0; i < 20; i++) {
                assertNobodyCameIn(visitor.open("/login/oidc?next=/logs"), 503, sentence);
            }
            assertThat(log.lines("WARN")).as("said once").hasSize(1);
            Visitor owner = new Visitor(server);
            assertThat(owner.logIn(PASSWORD).status()).isEqualTo(303);

            provider.comeBack();
            String address = visitor.leave("/logs");
            provider.stop();
            assertNobodyCameIn(visitor.open("/login/oidc/callback?code=x&state=" + state(address)), 503, sentence);
            provider.comeBack();
            assertThat(visitor.signIn("/logs").header("Location")).isEqualTo("/logs");
            assertThat(log.lines("INFO"))
                    .isNotEmpty()
                    .allSatisfy(line -> assertThat(line).contains("answers again"));
        }
    }

    private static String state(String address) {
        return URLEncoder.encode(SignInVisitor.parameters(address).get("state"), StandardCharsets.UTF_8);
    }

    @Test
    void beginningLoginsCostsTheProviderLittle() {
        visitor.leave("/");
        long before = provider.asked("/jwks");
        for (int i = 0; i < 10; i++) {
            visitor.leave("/");
        }
        assertThat(provider.asked("/jwks")).isEqualTo(before);
    }

    static Stream<UnaryOperator<JsonObject>> strangeConfigurations() {
        return Stream.of(
                all -> all.put("issuer", "https://evil.example"),
                all -> new JsonObject(),
                all -> all.put("jwks_uri", all.getString("issuer") + "/nowhere"),
                all -> new JsonObject().put("error", "out of order"));
    }

    @ParameterizedTest
    @MethodSource("strangeConfigurations")
    void aProviderThatSaysStrangeThingsOfItselfIsNotUsed(UnaryOperator<JsonObject> change) {
        provider.changesConfiguration(change);
        assertNobodyCameIn(visitor.open("/login/oidc"), 503, "cannot be reached just now");
    }

    @Test
    void itIsSaidWhenSomebodyWasNotLetInThere() {
        for (String error : List.of("access_denied", "server_error", "<script>")) {
            String state = state(visitor.leave("/"));
            WebServer.Answer answer = visitor.open("/login/oidc/callback?state=%s&error=%s"
                    .formatted(state, URLEncoder.encode(error, StandardCharsets.UTF_8)));
            assertNobodyCameIn(answer, 401, "Test &amp; Co did not let you in");
            assertThat(answer.body().toString()).doesNotContain("<script>");
        }
    }

    @Test
    void whoFailsTooOftenWaitsAndThePasswordIsCountedApart() {
        for (int i = 0; i < 10; i++) {
            assertThat(wrongCode().status()).isEqualTo(401);
        }
        WebServer.Answer throttled = wrongCode();
        assertThat(throttled.status()).isEqualTo(429);
        assertThat(throttled.header("Retry-After")).isEqualTo("30");
        assertThat(throttled.body().toString()).contains("Too many tries. Wait 30 s");
        assertThat(new Visitor(server).logIn(PASSWORD).status()).isEqualTo(303);
        server.now.set(NOW.updateAndGet(now -> now.plusSeconds(30)));
        assertThat(visitor.signIn("/").status()).isEqualTo(303);
    }

    private WebServer.Answer wrongCode() {
        return visitor.open("/login/oidc/callback?code=x&state=" + state(visitor.leave("/")));
    }

    @Test
    void whatAnyPageOfTheWebCanSendABrowserToCostsNothing() {
        String begun = visitor.leave("/");
        for (int i = 0; i < 12; i++) {
            assertThat(visitor.open("/login/oidc/callback?code=x&state=y").status())
                    .isEqualTo(401);
        }
        assertThat(audited("login.failed").orElseThrow().getInteger("status")).isEqualTo(401);
        assertThat(visitor.open(SignInVisitor.atProvider(begun)).status()).isEqualTo(303);
    }

    @Test
    void whatIsOutOfOrderAtTheProviderIsNobodysFault() {
        provider.changesIdToken(claims -> {
            throw new IllegalStateException("out of order");
        });
        for (int i = 0; i < 11; i++) {
            assertThat(visitor.signIn("/").status()).isEqualTo(503);
        }
        provider.changesIdToken(UnaryOperator.identity())
                .tellsOnlyWhenAsked("email")
                .changesUserInfo(claims -> {
                    throw new IllegalStateException("out of order");
                });
        assertNobodyCameIn(visitor.signIn("/"), 503, "cannot be reached just now");
    }

    @Test
    void aProviderThatIsTakenAwayLetsNobodyStayAndTheKeptPasswordGoesOn(@TempDir Path other) throws IOException {
        Path file = other.resolve(".env");
        Map<String, String> variables = environment(Map.of());
        variables.remove("HUBSTORAGE_WEB_PASSWORD");
        StringBuilder lines = new StringBuilder();
        variables.forEach((name, value) -> lines.append("%s='%s'\n".formatted(name, value)));
        Files.writeString(file, lines);
        EventHub.Limits quick = new EventHub.Limits(100, 100, 1 << 20, 100, 256 << 10, 100);
        try (WebServer alone = WebServer.start(other, Map.of(), quick)) {
            alone.now.set(NOW.get());
            SignInVisitor browser = new SignInVisitor(alone);
            assertThat(browser.signIn("/").status()).isEqualTo(303);
            Files.writeString(file, "");
            WebServer.await(alone.store.reload());
            assertThat(browser.get("/api/status").status()).isEqualTo(401);
            Visitor owner = new Visitor(alone);
            assertThat(owner.logIn(FirstPasswordTest.told(alone)).status()).isEqualTo(303);

            String reset = new StoredPassword(other.resolve("config")).renew();
            await().until(() -> owner.get("/api/status").status() == 401);
            assertThat(owner.logIn(reset).status()).isEqualTo(303);
        }
    }

    @Test
    void aLogoutEndsItAndTheStreamThatHangsOnIt() {
        visitor.signIn("/");
        visitor.open("/");
        try (EventStream stream = EventStream.open(server, "/api/events", Map.of("Cookie", visitor.cookie()))) {
            stream.first("state");
            assertThat(visitor.logOut().header("Location")).isEqualTo("/login");
            await().until(() -> stream.ended);
        }
        assertThat(visitor.get("/api/status").status()).isEqualTo(401);
    }

    @Test
    void itSurvivesARestartButNoChangeOfWhoMayComeIn(@TempDir Path other) throws IOException {
        // With clocks that do not go on.
        Map<String, String> settings = environment(Map.of());
        try (OpenIdProvider own = OpenIdProvider.start(() -> Instant.parse("2026-11-20T08:00:00Z"))) {
            own.signsIn(ANN);
            settings.put("HUBSTORAGE_OIDC_ISSUER", own.issuer().toString());
            String cookie;
            try (WebServer first = WebServer.start(other, settings, EventHub.Limits.DEFAULT)) {
                SignInVisitor stays = new SignInVisitor(first);
                stays.signIn("/");
                cookie = stays.cookie().replaceFirst(".*=", "");
                first.undeploy();
            }
            try (WebServer second = WebServer.start(other, settings, EventHub.Limits.DEFAULT)) {
                Map<String, String> brought = Map.of("Cookie", "hubstorage_%d=%s".formatted(second.port(), cookie));
                assertThat(second.get("/api/status", brought).status()).isEqualTo(200);
                assertThat(second.get("/api/logs", brought).status())
                        .as("a viewer as before")
                        .isEqualTo(403);
                second.undeploy();
            }
            settings.put("HUBSTORAGE_OIDC_VIEWERS", "bob@example.org");
            try (WebServer third = WebServer.start(other, settings, EventHub.Limits.DEFAULT)) {
                Map<String, String> brought = Map.of("Cookie", "hubstorage_%d=%s".formatted(third.port(), cookie));
                assertThat(third.get("/api/status", brought).status()).isEqualTo(401);
            }
        }
    }

    @Test
    void behindAProxyItLeadsBackToWhereTheBrowserIs(@TempDir Path other) throws IOException {
        Map<String, String> proxied =
                environment(Map.of("HUBSTORAGE_TRUSTED_PROXIES", "127.0.0.1", "HUBSTORAGE_BASE_PATH", "/hub"));
        try (WebServer below = WebServer.start(other, proxied, EventHub.Limits.DEFAULT)) {
            below.now.set(NOW.get());
            SignInVisitor browser = new SignInVisitor(below);
            browser.headers.putAll(Map.of("X-Forwarded-Proto", "https", "X-Forwarded-Host", "nas.example"));
            WebServer.Answer leaving = browser.open("/hub/login/oidc?next=/logs");
            assertThat(leaving.header("Set-Cookie")).contains("; Path=/hub/login/oidc", "; Secure");
            assertThat(SignInVisitor.parameters(leaving.header("Location")))
                    .containsEntry("redirect_uri", "https://nas.example/hub/login/oidc/callback");
            WebServer.Answer back = browser.open(SignInVisitor.atProvider(leaving.header("Location")));
            assertThat(back.header("Location")).isEqualTo("/hub/logs");
            assertThat(back.headers().getAll("Set-Cookie"))
                    .anySatisfy(cookie ->
                            assertThat(cookie).startsWith("hubstorage=").contains("; Path=/hub;", "; Secure"));
            assertThat(browser.get("/hub/api/status").status()).isEqualTo(200);
        }
    }

    @Test
    void whatSomebodyElseSaysOfTheBrowsersAddressDoesNotCountAndACertainOneCanBeSet(@TempDir Path other)
            throws IOException {
        visitor.headers.putAll(Map.of("X-Forwarded-Proto", "https", "X-Forwarded-Host", "evil.example"));
        assertThat(SignInVisitor.parameters(visitor.leave("/")).get("redirect_uri"))
                .startsWith("http://127.0.0.1:");
        String fixed = "https://backup.example.org/login/oidc/callback";
        Map<String, String> set = environment(Map.of("HUBSTORAGE_OIDC_REDIRECT_URL", fixed));
        try (WebServer certain = WebServer.start(other, set, EventHub.Limits.DEFAULT)) {
            certain.now.set(NOW.get());
            SignInVisitor browser = new SignInVisitor(certain);
            String address = browser.leave("/");
            assertThat(SignInVisitor.parameters(address)).containsEntry("redirect_uri", fixed);
            assertThat(browser.open(SignInVisitor.atProvider(address)).header("Location"))
                    .isEqualTo("/");
        }
    }
}
