package io.hubstorage.notify.channels;

import io.hubstorage.notify.Message;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;

/** An <a href="https://github.com/caronc/apprise-api">Apprise API</a>: {@code /notify/KEY}, whose key names who is told. */
record Apprise(URI endpoint, List<String> tags) implements HttpKind {
    private static final int TITLE = 250;
    /** As its own limit for a text is by default. */
    private static final int BODY = 32_768;

    @Override
    public Call call(Message message) {
        String text = Text.body(message);
        JsonObject body = new JsonObject()
                .put("title", Text.line(message.title(), TITLE))
                .put("body", Text.fit(text.isEmpty() ? message.title() : text, BODY, Text::plain))
                .put("type", type(Tone.of(message)))
                .put("format", "text");
        if (!tags.isEmpty()) {
            body.put("tag", String.join(",", tags));
        }
        return Call.json(endpoint, body);
    }

    @Override
    public Receipt judge(Answer answer) {
        // Its word for a key that it does not know.
        return answer.status() == 204
                ? new Receipt.Refused("HTTP 204: Apprise has no configuration under this key")
                : HttpKind.super.judge(answer);
    }

    private static String type(Tone tone) {
        return switch (tone) {
            case CRITICAL -> "failure";
            case WARNING -> "warning";
            case GOOD -> "success";
            case NEUTRAL -> "info";
        };
    }
}
