package io.hubstorage.notify.channels;

import io.hubstorage.notify.Message;
import io.hubstorage.notify.Message.Fact;
import io.vertx.core.json.JsonObject;
import java.net.URI;

/**
 * A bot of Telegram: <a href="https://core.telegram.org/bots/api#sendmessage">sendMessage</a> with HTML. A message has 4,096
 * characters after its markup is taken away; here they are counted with it.
 */
record Telegram(URI endpoint, String chat) implements HttpKind {
    private static final int MESSAGE = 4_096;
    private static final int TITLE = 256;
    private static final int TEXT = 1_500;
    private static final int LINK = 512;
    private static final int FACT = 400;

    /** @param server with or without a slash behind */
    static Telegram of(String server, String token, String chat) {
        return new Telegram(URI.create("%s/bot%s/sendMessage".formatted(server.replaceFirst("/+$", ""), token)), chat);
    }

    @Override
    public Call call(Message message) {
        StringBuilder text = new StringBuilder();
        text.append("<b>").append(Text.fit(message.title(), TITLE, Text::html)).append("</b>\n\n");
        text.append(Text.fit(message.text(), TEXT, Text::html));
        String link = message.link().isEmpty() || message.link().length() > LINK
                ? ""
                : "\n\n<a href=\"%s\">Open HubStorage</a>".formatted(Text.fit(message.link(), 2 * LINK, Text::html));
        String before = "\n\n";
        for (Fact fact : message.facts()) {
            String line = "%s<b>%s</b>: %s"
                    .formatted(
                            before,
                            Text.fit(fact.label(), FACT / 4, Text::html),
                            Text.fit(fact.value(), FACT, Text::html));
            if (text.length() + line.length() + link.length() > MESSAGE) {
                break;
            }
            text.append(line);
            before = "\n";
        }
        return Call.json(
                endpoint,
                new JsonObject()
                        .put("chat_id", chat)
                        .put("text", text.append(link).toString())
                        .put("parse_mode", "HTML")
                        .put("link_preview_options", JsonObject.of("is_disabled", true))
                        .put("disable_notification", Tone.of(message) == Tone.NEUTRAL));
    }
}
