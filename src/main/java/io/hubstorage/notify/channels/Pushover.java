package io.hubstorage.notify.channels;

import io.hubstorage.notify.Message;
import io.vertx.core.json.JsonObject;
import java.net.URI;

/** <a href="https://pushover.net/api">Pushover</a>, whose limits are below; 429 means that the month's messages are used up. */
record Pushover(URI endpoint, String token, String user) implements HttpKind {
    private static final int TITLE = 250;
    private static final int MESSAGE = 1_024;
    private static final int URL = 512;

    /** @param server with or without a slash behind */
    static Pushover of(String server, String token, String user) {
        return new Pushover(URI.create(server.replaceFirst("/+$", "") + "/1/messages.json"), token, user);
    }

    @Override
    public Call call(Message message) {
        String text = Text.body(message);
        JsonObject body = new JsonObject()
                .put("token", token)
                .put("user", user)
                .put("title", Text.line(message.title(), TITLE))
                .put("message", Text.fit(text.isEmpty() ? message.title() : text, MESSAGE, Text::plain))
                .put("priority", priority(Tone.of(message)))
                .put("timestamp", message.at().getEpochSecond());
        if (!message.link().isEmpty() && message.link().length() <= URL) {
            body.put("url", message.link()).put("url_title", "Open HubStorage");
        }
        return Call.json(endpoint, body);
    }

    /** Never 2, which rings until somebody answers. */
    private static int priority(Tone tone) {
        return switch (tone) {
            case CRITICAL -> 1;
            case WARNING, GOOD -> 0;
            case NEUTRAL -> -1;
        };
    }
}
