package io.hubstorage.notify.channels;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.bus.JobKind;
import io.hubstorage.bus.RunResult;
import io.hubstorage.notify.Message;
import io.hubstorage.notify.Message.State;
import io.hubstorage.notify.channels.HttpKind.Answer;
import io.hubstorage.notify.channels.HttpKind.Call;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a message is in each kind of channel, member for member, and that no text breaks its rules or limits. */
final class HttpKindsTest {
    private static final URI SERVER = URI.create("https://chat.example/base/hook");
    private static final Map<String, HttpKind> KINDS = new TreeMap<>(Map.of(
            "ntfy",
            Ntfy.of(URI.create("https://ntfy.example/base/topic"), "tk_1", List.of("storage")),
            "gotify",
            Gotify.of(URI.create("https://gotify.example/base/"), "app-token"),
            "slack",
            new Slack(SERVER),
            "discord",
            new Discord(SERVER),
            "telegram",
            Telegram.of("https://api.telegram.example/", "12:ab", "-100"),
            "pushover",
            Pushover.of("https://api.pushover.example", "app", "user"),
            "apprise",
            new Apprise(URI.create("https://apprise.example/notify/key"), List.of("a", "b")),
            "healthchecks",
            new Healthchecks(URI.create("https://hc.example/ping/uuid"), Set.of("backup"))));

    private static HttpKind kind(String kind) {
        return Objects.requireNonNull(KINDS.get(kind));
    }

    private static Call call(String kind, Message message) throws Exception {
        return kind(kind).call(message);
    }

    private static JsonObject json(String kind, Message message) throws Exception {
        return call(kind, message).body().toJsonObject();
    }

    static Stream<String> kinds() {
        return KINDS.keySet().stream();
    }

    @Test
    void ntfyGetsJsonWithPrioritySignAndLink() throws Exception {
        Call call = call("ntfy", Messages.failed());

        assertThat(call.uri()).hasToString("https://ntfy.example/base/");
        assertThat(call.headers()).containsEntry("Authorization", "Bearer tk_1");
        assertThat(call.body().toJsonObject())
                .isEqualTo(new JsonObject()
                        .put("topic", "topic")
                        .put("title", "Backup failed: photos")
                        .put("message", Text.body(Messages.failed()))
                        .put("priority", 5)
                        .put("tags", JsonArray.of("rotating_light", "storage"))
                        .put("click", Messages.LINK));
        assertThat(Text.body(Messages.failed())).isEqualTo("""
            S3 refused the credentials (AccessDenied).
            The last good copy is of 26 November, 07:00 UTC.

            Bucket: photos
            Safe: 3 of 4 buckets

            https://backups.example.com/runs/r1?a=1&b=2\
            """);
    }

    @Test
    void gotifyGetsItsTokenAsAHeaderAndPlainText() throws Exception {
        Call call = call("gotify", Messages.failed());

        assertThat(call.uri()).hasToString("https://gotify.example/base/message");
        assertThat(call.headers()).containsEntry("X-Gotify-Key", "app-token");
        JsonObject body = call.body().toJsonObject();
        assertThat(body.getInteger("priority")).isEqualTo(8);
        assertThat(body.getJsonObject("extras").encode())
                .isEqualTo("{\"client::display\":{\"contentType\":\"text/plain\"},"
                        + "\"client::notification\":{\"click\":{\"url\":\"%s\"}}}".formatted(Messages.LINK));
    }

    @Test
    void slackGetsBlocksInTheColourOfTheMessage() throws Exception {
        JsonObject attachment =
                json("slack", Messages.failed()).getJsonArray("attachments").getJsonObject(0);

        assertThat(attachment.getString("color")).isEqualTo("#d92d20");
        JsonArray blocks = attachment.getJsonArray("blocks");
        assertThat(blocks.stream().map(block -> ((JsonObject) block).getString("type")))
                .containsExactly("header", "section", "section", "actions");
        assertThat(blocks.getJsonObject(2)
                        .getJsonArray("fields")
                        .getJsonObject(0)
                        .getString("text"))
                .isEqualTo("*Bucket*\nphotos");
        assertThat(blocks.getJsonObject(3)
                        .getJsonArray("elements")
                        .getJsonObject(0)
                        .getString("url"))
                .isEqualTo(Messages.LINK);
    }

    @Test
    void discordGetsAnEmbedThatMentionsNobody() throws Exception {
        JsonObject body = json("discord", Messages.failed());

        assertThat(body.getJsonObject("allowed_mentions")).isEqualTo(JsonObject.of("parse", new JsonArray()));
        JsonObject embed = body.getJsonArray("embeds").getJsonObject(0);
        assertThat(embed.getString("title")).isEqualTo("Backup failed\\: photos");
        assertThat(embed.getInteger("color")).isEqualTo(0xD92D20);
        assertThat(embed.getString("timestamp")).isEqualTo("2026-11-27T07:03:00Z");
        assertThat(embed.getString("url")).isEqualTo(Messages.LINK);
        assertThat(embed.getJsonArray("fields").getJsonObject(0))
                .isEqualTo(JsonObject.of("name", "Bucket", "value", "photos", "inline", true));
    }

    @Test
    void telegramGetsHtmlAtTheAddressOfItsBot() throws Exception {
        Call call = call("telegram", Messages.failed());

        assertThat(call.uri()).hasToString("https://api.telegram.example/bot12:ab/sendMessage");
        JsonObject body = call.body().toJsonObject();
        assertThat(body.getString("chat_id")).isEqualTo("-100");
        assertThat(body.getString("parse_mode")).isEqualTo("HTML");
        assertThat(body.getString("text"))
                .startsWith("<b>Backup failed: photos</b>\n\nS3 refused")
                .contains("\n\n<b>Bucket</b>: photos\n<b>Safe</b>: 3 of 4 buckets")
                .endsWith("<a href=\"https://backups.example.com/runs/r1?a=1&amp;b=2\">Open HubStorage</a>");
    }

    @Test
    void pushoverIsUrgentButDoesNotRingUntilSomebodyAnswers() throws Exception {
        JsonObject body = json("pushover", Messages.failed());

        assertThat(body.getInteger("priority")).isEqualTo(1);
        assertThat(body.getLong("timestamp")).isEqualTo(Messages.AT.getEpochSecond());
        assertThat(body.getString("token") + body.getString("user")).isEqualTo("appuser");
        assertThat(body.getString("url")).isEqualTo(Messages.LINK);
    }

    @Test
    void appriseGetsATypeAndItsTags() throws Exception {
        JsonObject body = json("apprise", Messages.failed());

        assertThat(body.getString("type")).isEqualTo("failure");
        assertThat(body.getString("tag")).isEqualTo("a,b");
        assertThat(kind("apprise").judge(answer(204, ""))).isInstanceOf(Receipt.Refused.class);
    }

    private static Answer answer(int status, String text) {
        return new Answer(status, MultiMap.caseInsensitiveMultiMap(), text);
    }

    @ParameterizedTest
    @CsvSource({
        "RUNNING, RAISED, /start",
        "SUCCESS, INFO, ''",
        "PARTIAL, RAISED, /fail",
        "FAILED, RAISED, /fail",
        "INTERRUPTED, RAISED, /fail",
        "CANCELLED, INFO, /log",
        "FAILED, REMINDED, /log",
        "SUCCESS, RESOLVED, ''"
    })
    void healthchecksHearsOfEachRunByItsId(RunResult result, State state, String signal) throws Exception {
        Message message = Messages.with(state, Messages.job(JobKind.BACKUP, result));

        Call call = call("healthchecks", message);

        assertThat(call.uri().getPath()).isEqualTo("/ping/uuid" + signal);
        // Of a run's id, which is no UUID, always the same one.
        assertThat(call.uri().getQuery()).isEqualTo("rid=b00fce8f-6d0b-347d-9695-4d53bda8734e");
        assertThat(call.body().toString()).isEqualTo("Title\n\nText");
    }

    @Test
    void healthchecksHearsOfItsKindsOfJobsAlone() {
        HttpKind check = kind("healthchecks");

        assertThat(check.concerns(Messages.failed())).isTrue();
        assertThat(check.concerns(Messages.with(State.RAISED, null))).isFalse();
        assertThat(check.concerns(Messages.with(State.RAISED, Messages.job(JobKind.VERIFY, RunResult.FAILED))))
                .isFalse();
        assertThat(check.judge(answer(200, "OK (not found)"))).isInstanceOf(Receipt.Refused.class);
        assertThat(check.judge(answer(200, "OK (rate limited)"))).isInstanceOf(Receipt.TryAgain.class);
        assertThat(check.judge(answer(200, "OK"))).isEqualTo(new Receipt.Delivered(200, "OK"));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void noTextBecomesMarkupAMentionOrASecondLine(String kind) throws Exception {
        Call call = call(kind, Messages.hostile());
        String body = call.body().toString();

        assertThat(call.headers().values()).noneMatch(value -> value.contains("\n") || value.contains("\r"));
        assertThat(body).doesNotContain("\u0000", "\\u0000", "\u202E", "\r", "\\r");
        switch (kind) {
            case "slack" -> assertThat(body).contains("&lt;!channel&gt; @everyone &lt;b&gt;&amp;amp;&lt;/b&gt;");
            case "discord" ->
                assertThat(body)
                        .contains(
                                "\\\\<!channel\\\\> \\\\@everyone \\\\<b\\\\>",
                                "\\\\*bold\\\\*",
                                "\\\\[x\\\\]\\\\(https\\\\:");
            case "telegram" ->
                assertThat(json(kind, Messages.hostile()).getString("text"))
                        .startsWith("<b>&lt;!channel&gt; @everyone &lt;b&gt;&amp;amp;&lt;/b&gt; *bold* [x]");
            default -> assertThat(body).contains("@everyone");
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void nothingIsLongerThanItMayBe(String kind) throws Exception {
        Call call = call(kind, Messages.long_());
        String text = call.body().toString();

        assertThat(text.chars()
                                .filter(unit -> Character.isSurrogate((char) unit))
                                .count()
                        % 2)
                .as("no half character")
                .isZero();
        switch (kind) {
            case "ntfy" -> {
                assertThat(bytes(json(kind, Messages.long_()).getString("title")))
                        .isBetween(200, 250);
                assertThat(bytes(json(kind, Messages.long_()).getString("message")))
                        .isBetween(4_000, 4_096);
            }
            case "gotify" ->
                assertThat(json(kind, Messages.long_()).getString("message").length())
                        .isBetween(16_000, 16_384);
            case "apprise" ->
                assertThat(json(kind, Messages.long_()).getString("body").length())
                        .isBetween(32_000, 32_768);
            case "slack" -> slackLimits(json(kind, Messages.long_()));
            case "discord" -> discordLimits(json(kind, Messages.long_()));
            case "telegram" ->
                assertThat(json(kind, Messages.long_()).getString("text").length())
                        .isBetween(3_000, 4_096);
            case "pushover" -> {
                assertThat(json(kind, Messages.long_()).getString("title").length())
                        .isBetween(200, 250);
                assertThat(json(kind, Messages.long_()).getString("message").length())
                        .isBetween(1_000, 1_024);
            }
            case "healthchecks" -> assertThat(call.body().length()).isBetween(99_000, 100_000);
            default -> throw new AssertionError(kind);
        }
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static void slackLimits(JsonObject body) {
        JsonArray blocks = body.getJsonArray("attachments").getJsonObject(0).getJsonArray("blocks");
        assertThat(blocks.size()).isBetween(6, 50);
        for (Object each : blocks) {
            JsonObject block = (JsonObject) each;
            switch (block.getString("type")) {
                case "header" ->
                    assertThat(block.getJsonObject("text").getString("text").length())
                            .isBetween(100, 150);
                case "section" -> {
                    if (block.containsKey("text")) {
                        assertThat(block.getJsonObject("text").getString("text").length())
                                .isBetween(2_900, 3_000);
                    } else {
                        assertThat(block.getJsonArray("fields").size()).isBetween(1, 10);
                        block.getJsonArray("fields")
                                .forEach(field -> assertThat(((JsonObject) field)
                                                .getString("text")
                                                .length())
                                        .isBetween(1_900, 2_000));
                    }
                }
                case "actions" ->
                    assertThat(block.getJsonArray("elements").size()).isOne();
                default -> throw new AssertionError(block);
            }
        }
    }

    private static void discordLimits(JsonObject body) {
        JsonObject embed = body.getJsonArray("embeds").getJsonObject(0);
        int all = embed.getString("title").length()
                + embed.getString("description").length();
        assertThat(embed.getString("title").length()).isBetween(200, 256);
        assertThat(embed.getString("description").length()).isBetween(2_900, 4_096);
        assertThat(embed.getJsonArray("fields").size()).isBetween(1, 25);
        for (Object each : embed.getJsonArray("fields")) {
            JsonObject field = (JsonObject) each;
            assertThat(field.getString("name").length()).isBetween(1, 256);
            assertThat(field.getString("value").length()).isBetween(1, 1_024);
            all += field.getString("name").length() + field.getString("value").length();
        }
        assertThat(all).isLessThanOrEqualTo(6_000);
    }
}
