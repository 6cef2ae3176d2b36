package io.hubstorage.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import io.hubstorage.bus.ConfigMessage.Problem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code notify} must be beyond what its schema says. Which member is for which kind of channel, and which one it must
 * have, stands in the schema too: {@code x-for} and {@code x-required}.
 */
record ChannelRules(JsonObject given, List<Problem> problems, List<String> warnings) {
    private static final JsonObject MEMBERS = ConfigSchema.properties(
            Objects.requireNonNull(ConfigSchema.options().get("notify.channels"))
                    .getJsonObject("items"));
    private static final String USUAL_DIGEST = "08:00";

    /** The word for the kind of a channel. */
    static String type(ChannelConfig channel) {
        return Stream.of(ChannelConfig.class.getAnnotation(JsonSubTypes.class).value())
                .filter(type -> type.value() == channel.getClass())
                .map(JsonSubTypes.Type::name)
                .findFirst()
                .orElseThrow();
    }

    /**
     * Adds what is wrong or without effect, and brings quiet hours and digest into the form that the record is made of.
     *
     * @param given {@code notify} as it stands in the file
     * @param read the same, completed, and valid by the schema
     */
    static void apply(@Nullable Object given, JsonObject read, List<Problem> problems, List<String> warnings) {
        ChannelRules rules =
                new ChannelRules(given instanceof JsonObject there ? there : new JsonObject(), problems, warnings);
        rules.quietHours(read);
        rules.digest(read);
        rules.channels(read.getJsonArray("channels", new JsonArray()));
    }

    private void quietHours(JsonObject read) {
        JsonObject hours = read.getJsonObject("quiet_hours", new JsonObject());
        if (hours.size() == 1) {
            String missing = hours.containsKey("from") ? "to" : "from";
            problems.add(new Problem("notify.quiet_hours." + missing, "nothing", "both from and to, or neither"));
        }
        String from = hours.getString("from");
        if (from != null && from.equals(hours.getString("to"))) {
            problems.add(new Problem("notify.quiet_hours.to", from, "another time than from"));
        }
        if (hours.isEmpty()) {
            read.remove("quiet_hours");
        }
    }

    private void digest(JsonObject read) {
        JsonObject digest = read.getJsonObject("digest", new JsonObject());
        if (digest.getValue("day") == null) {
            read.remove("digest");
        } else if (digest.getValue("at") == null) {
            digest.put("at", USUAL_DIGEST);
        }
    }

    private void channels(JsonArray channels) {
        Set<String> names = new HashSet<>();
        JsonArray raw = given.getJsonArray("channels", new JsonArray());
        for (int i = 0; i < channels.size(); i++) {
            JsonObject channel = channels.getJsonObject(i);
            String path = "notify.channels[%d]".formatted(i);
            if (!names.add(channel.getString("name"))) {
                problem(path, "name", channel.getString("name"), "each name once");
            }
            members(path, channel, raw.getJsonObject(i));
            address(path, channel);
            if (channel.getString("type").equals("email")) {
                login(path, channel);
            }
        }
    }

    private void members(String path, JsonObject channel, JsonObject raw) {
        String type = channel.getString("type");
        for (String name : MEMBERS.fieldNames()) {
            JsonObject schema = MEMBERS.getJsonObject(name);
            boolean missing = channel.getValue(name) == null
                    || (channel.getValue(name) instanceof JsonArray list && list.isEmpty());
            if (has(schema, "x-required", type) && missing) {
                problem(path, name, null, ConfigSchema.allowed(schema).replaceFirst("^null, or ", ""));
            }
            boolean elsewhere = schema.containsKey("x-for") && !has(schema, "x-for", type);
            if (elsewhere && raw.getValue(name) != null) {
                warnings.add("%s.%s has no effect in a channel of type %s".formatted(path, name, type));
            }
        }
    }

    /** What may be in either place is in one. */
    private void address(String path, JsonObject channel) {
        String type = channel.getString("type");
        boolean choice = Stream.of("url", "url_env").allMatch(name -> has(MEMBERS.getJsonObject(name), "x-for", type));
        if (choice && (channel.getValue("url") == null) == (channel.getValue("url_env") == null)) {
            problem(
                    path,
                    "url",
                    channel.getValue("url"),
                    "either url, or url_env, which names the variable that holds the address");
        }
    }

    private void login(String path, JsonObject channel) {
        boolean user = channel.getValue("username") != null;
        if (user != (channel.getValue("password_env") != null)) {
            problem(path, user ? "password_env" : "username", null, "both username and password_env, or neither");
        }
        if (user && channel.getString("security").equals("none")) {
            problem(path, "security", "none", "starttls or tls: a password is never sent in the clear");
        }
    }

    private static boolean has(JsonObject schema, String keyword, String type) {
        return schema.getJsonArray(keyword, new JsonArray()).contains(type);
    }

    private void problem(String path, String member, @Nullable Object found, String allowed) {
        problems.add(new Problem(
                path + "." + member, found == null ? "nothing" : Objects.toString(Secrets.show(found)), allowed));
    }
}
