package io.hubstorage.notify.channels;

import io.hubstorage.notify.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A topic of ntfy, <a href="https://docs.ntfy.sh/publish/#publish-as-json">as JSON</a>, since its headers take no line breaks. A
 * longer message would become an attachment.
 */
record Ntfy(URI server, String topic, @Nullable String token, List<String> tags) implements HttpKind {
    private static final int TITLE_BYTES = 250;
    private static final int MESSAGE_BYTES = 4_096;

    /**
     * @param address of the topic
     * @throws IllegalArgumentException when it names none
     */
    static Ntfy of(URI address, @Nullable String token, List<String> tags) {
        String path = address.getPath().replaceFirst("/+$", "");
        String topic = path.substring(path.lastIndexOf('/') + 1);
        if (topic.isEmpty()) {
            throw new IllegalArgumentException("the address of a topic is needed, as https://ntfy.sh/my-topic");
        }
        String before = path.substring(0, path.length() - topic.length());
        return new Ntfy(address.resolve(before), topic, token, tags);
    }

    @Override
    public Call call(Message message) {
        Tone tone = Tone.of(message);
        JsonObject body = new JsonObject()
                .put("topic", topic)
                .put("title", Text.fitBytes(Text.line(message.title(), TITLE_BYTES), TITLE_BYTES))
                .put("message", Text.fitBytes(body(message), MESSAGE_BYTES))
                .put("priority", priority(tone))
                .put("tags", new JsonArray().add(tone.sign()).addAll(new JsonArray(tags)));
        if (!message.link().isEmpty()) {
            body.put("click", message.link());
        }
        Call call = Call.json(server, body);
        return token == null ? call : call.with("Authorization", "Bearer " + token);
    }

    /** An empty one would be told as "triggered". */
    private static String body(Message message) {
        String body = Text.body(message);
        return body.isEmpty() ? message.title() : body;
    }

    private static int priority(Tone tone) {
        return switch (tone) {
            case CRITICAL -> 5;
            case WARNING -> 4;
            case GOOD, NEUTRAL -> 3;
        };
    }
}
