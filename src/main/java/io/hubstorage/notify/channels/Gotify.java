package io.hubstorage.notify.channels;

import io.hubstorage.notify.Message;
import io.vertx.core.json.JsonObject;
import java.net.URI;

/** An application of a <a href="https://gotify.net/docs/pushmsg">Gotify</a> server. */
record Gotify(URI endpoint, String token) implements HttpKind {
    /** Gotify names none; what its apps still show in full. */
    private static final int TITLE = 250;

    private static final int MESSAGE = 16_384;

    /** @param server its address, also below a path of a proxy */
    static Gotify of(URI server, String token) {
        String base = server.toString().replaceFirst("/+$", "");
        return new Gotify(URI.create(base + "/message"), token);
    }

    @Override
    public Call call(Message message) {
        JsonObject extras = JsonObject.of("client::display", JsonObject.of("contentType", "text/plain"));
        if (!message.link().isEmpty()) {
            extras.put("client::notification", JsonObject.of("click", JsonObject.of("url", message.link())));
        }
        JsonObject body = new JsonObject()
                .put("title", Text.line(message.title(), TITLE))
                .put("message", Text.fit(Text.body(message), MESSAGE, Text::plain))
                .put("priority", priority(Tone.of(message)))
                .put("extras", extras);
        return Call.json(endpoint, body).with("X-Gotify-Key", token);
    }

    /** Its Android app makes a sound from 4 on, and is loud from 8 on. */
    private static int priority(Tone tone) {
        return switch (tone) {
            case CRITICAL -> 8;
            case WARNING -> 5;
            case GOOD -> 4;
            case NEUTRAL -> 2;
        };
    }
}
