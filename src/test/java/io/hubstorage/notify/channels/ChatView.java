package io.hubstorage.notify.channels;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.regex.Pattern;

/** Shows what Slack and Discord are sent about as they show it: enough to see what people will read. */
final class ChatView {
    private static final Pattern BOLD = Pattern.compile("\\*([^*\n]+)\\*");
    private static final Pattern ESCAPED = Pattern.compile("\\\\([\\\\*_~`|>#\\[\\]()<:@-])");

    private ChatView() {}

    static String slack(JsonObject body) {
        JsonObject attachment = body.getJsonArray("attachments").getJsonObject(0);
        StringBuilder html = new StringBuilder();
        for (Object each : attachment.getJsonArray("blocks")) {
            JsonObject block = (JsonObject) each;
            switch (block.getString("type")) {
                case "header" ->
                    html.append("<h2>")
                            .append(text(block.getJsonObject("text")))
                            .append("</h2>");
                case "section" -> {
                    if (block.containsKey("text")) {
                        html.append("<p>")
                                .append(text(block.getJsonObject("text")))
                                .append("</p>");
                    } else {
                        html.append("<div class=fields>");
                        block.getJsonArray("fields")
                                .forEach(field -> html.append("<div>")
                                        .append(text((JsonObject) field))
                                        .append("</div>"));
                        html.append("</div>");
                    }
                }
                case "actions" ->
                    html.append("<button>")
                            .append(text(block.getJsonArray("elements")
                                    .getJsonObject(0)
                                    .getJsonObject("text")))
                            .append("</button>");
                default -> throw new IllegalArgumentException(block.encode());
            }
        }
        return page("Slack", attachment.getString("color"), html.toString());
    }

    /** A text object: plain ones are shown as they are, the others have their entities already. */
    private static String text(JsonObject text) {
        return text.getString("type").equals("plain_text")
                ? html(text.getString("text"))
                : BOLD.matcher(text.getString("text")).replaceAll("<b>$1</b>");
    }

    static String discord(JsonObject body) {
        JsonObject embed = body.getJsonArray("embeds").getJsonObject(0);
        StringBuilder html = new StringBuilder();
        html.append("<h2><a href=#>").append(markdown(embed.getString("title"))).append("</a></h2>");
        html.append("<p>").append(markdown(embed.getString("description"))).append("</p><div class=fields>");
        for (Object each : embed.getJsonArray("fields", new JsonArray())) {
            JsonObject field = (JsonObject) each;
            html.append("<div><b>")
                    .append(markdown(field.getString("name")))
                    .append("</b>\n")
                    .append(markdown(field.getString("value")))
                    .append("</div>");
        }
        return page(
                "Discord",
                "#%06x".formatted(embed.getInteger("color")),
                html.append("</div>").toString());
    }

    private static String markdown(String text) {
        return html(ESCAPED.matcher(text).replaceAll("$1"));
    }

    private static String html(String text) {
        return Text.fit(text, Integer.MAX_VALUE, Text::html);
    }

    private static String page(String title, String color, String body) {
        return """
            <!doctype html><html lang="en"><meta charset="utf-8"><title>%s</title><style>
            body { font: 15px/1.45 system-ui, sans-serif; margin: 20px; background: Canvas; color: CanvasText; color-scheme: light dark; }
            main { border-left: 4px solid %s; padding: 4px 14px; max-width: 640px; overflow-wrap: anywhere; }
            h2 { font-size: 18px; margin: 4px 0; } p, .fields div { white-space: pre-wrap; }
            .fields { display: grid; grid-template-columns: 1fr 1fr; gap: 8px; margin: 8px 0; }
            </style><main id="message">%s</main></html>\
            """.formatted(title, color, body);
    }
}
