package io.hubstorage.notify.channels;

import io.hubstorage.notify.Message;
import io.hubstorage.notify.Message.Fact;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;

/**
 * A webhook of Discord, with one embed within <a href="https://discord.com/developers/docs/resources/message#embed-object-embed-limits">its
 * limits</a>: those below, and 6,000 characters in all. Nobody is mentioned, whatever a name says.
 */
record Discord(URI webhook) implements HttpKind {
    private static final int TITLE = 256;
    private static final int DESCRIPTION = 3_000;
    private static final int FIELDS = 25;
    private static final int FIELD_NAME = 256;
    private static final int FIELD_VALUE = 1_024;
    private static final int IN_ALL = 6_000;
    private static final String MARKDOWN = "\\*_~`|>#[]()<:@-";

    @Override
    public Call call(Message message) {
        String title = Text.fit(message.title().replaceAll("\\s+", " "), TITLE, Discord::escape);
        String description = Text.fit(message.text(), DESCRIPTION, Discord::escape);
        JsonObject embed = new JsonObject()
                .put("title", title)
                .put("description", description)
                .put("color", Tone.of(message).color())
                .put("timestamp", message.at().toString())
                .put("fields", fields(message.facts(), IN_ALL - title.length() - description.length()));
        if (!message.link().isEmpty()) {
            embed.put("url", message.link());
        }
        return Call.json(
                webhook,
                new JsonObject()
                        .put("username", "HubStorage")
                        .put("allowed_mentions", JsonObject.of("parse", new JsonArray()))
                        .put("embeds", JsonArray.of(embed)));
    }

    private static JsonArray fields(List<Fact> facts, int room) {
        JsonArray fields = new JsonArray();
        int left = room;
        for (Fact fact : facts) {
            String name = filled(Text.fit(fact.label(), FIELD_NAME, Discord::escape));
            String value = filled(Text.fit(fact.value(), FIELD_VALUE, Discord::escape));
            left -= name.length() + value.length();
            if (left < 0 || fields.size() == FIELDS) {
                break;
            }
            fields.add(JsonObject.of("name", name, "value", value, "inline", value.length() < 40));
        }
        return fields;
    }

    /** Neither may be empty. */
    private static String filled(String text) {
        return text.isBlank() ? "–" : text;
    }

    private static String escape(int character) {
        return MARKDOWN.indexOf(character) >= 0 ? "\\" + Character.toString(character) : Character.toString(character);
    }
}
