package io.hubstorage.notify.channels;

import io.hubstorage.notify.Message;
import io.hubstorage.notify.Message.Fact;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;

/**
 * An incoming webhook of Slack, with <a href="https://docs.slack.dev/reference/block-kit/blocks">blocks</a> whose limits are
 * below. Plain texts where there is a choice; in the others {@code & < >} are escaped, so that nothing in a name is a mention.
 */
record Slack(URI webhook) implements HttpKind {
    private static final int HEADER = 150;
    private static final int SECTION = 3_000;
    private static final int FIELD = 2_000;
    private static final int FIELDS_OF_A_SECTION = 10;
    private static final int MOST_FIELDS = 40;
    private static final int LONGEST_LINK = 3_000;

    @Override
    public Call call(Message message) {
        JsonArray blocks = new JsonArray().add(block("header", plain(Text.line(message.title(), HEADER))));
        if (!message.text().isBlank()) {
            blocks.add(block("section", plain(Text.fit(message.text(), SECTION, Text::plain))));
        }
        List<Fact> facts = message.facts().stream().limit(MOST_FIELDS).toList();
        for (int i = 0; i < facts.size(); i += FIELDS_OF_A_SECTION) {
            JsonArray fields = new JsonArray();
            facts.subList(i, Math.min(facts.size(), i + FIELDS_OF_A_SECTION)).forEach(fact -> fields.add(field(fact)));
            blocks.add(JsonObject.of("type", "section", "fields", fields));
        }
        if (!message.link().isEmpty() && message.link().length() <= LONGEST_LINK) {
            blocks.add(JsonObject.of("type", "actions", "elements", JsonArray.of(button(message.link()))));
        }
        return Call.json(
                webhook,
                new JsonObject()
                        // What the notification itself says.
                        .put("text", Text.fit(message.title(), SECTION, Slack::escape))
                        .put(
                                "attachments",
                                JsonArray.of(
                                        JsonObject.of("color", Tone.of(message).cssColor(), "blocks", blocks))));
    }

    private static JsonObject field(Fact fact) {
        String label = "*" + Text.fit(fact.label(), FIELD / 10, Slack::escape) + "*\n";
        return JsonObject.of(
                "type", "mrkdwn", "text", label + Text.fit(fact.value(), FIELD - label.length(), Slack::escape));
    }

    private static JsonObject button(String link) {
        return JsonObject.of("type", "button", "text", plain("Open HubStorage"), "url", link);
    }

    private static JsonObject block(String type, JsonObject text) {
        return JsonObject.of("type", type, "text", text);
    }

    private static JsonObject plain(String text) {
        return JsonObject.of("type", "plain_text", "text", text, "emoji", false);
    }

    /** By <a href="https://docs.slack.dev/messaging/formatting-message-text">Slack's rules</a>, which know no quotes. */
    private static String escape(int character) {
        return character == '"' ? "\"" : Text.html(character);
    }
}
