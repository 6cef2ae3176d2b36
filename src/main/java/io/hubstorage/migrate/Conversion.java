package io.hubstorage.migrate;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What becomes of an old configuration. Pure. */
public final class Conversion {
    private static final Map<String, String> SECRETS = Map.of(
            "awsaccesskeyid", "AWS_ACCESS_KEY_ID",
            "accesskeyid", "AWS_ACCESS_KEY_ID",
            "awsaccesskey", "AWS_ACCESS_KEY_ID",
            "awssecretaccesskey", "AWS_SECRET_ACCESS_KEY",
            "secretaccesskey", "AWS_SECRET_ACCESS_KEY",
            "awssecretkey", "AWS_SECRET_ACCESS_KEY",
            "awssessiontoken", "AWS_SESSION_TOKEN");
    private static final Map<String, String> PLACES = Map.of(
            "awsdefaultregion", "AWS_DEFAULT_REGION",
            "awsregion", "AWS_DEFAULT_REGION",
            "region", "AWS_DEFAULT_REGION",
            "awsendpointurl", "AWS_ENDPOINT_URL",
            "endpointurl", "AWS_ENDPOINT_URL");

    private final JsonObject json;
    private final @Nullable LaunchAgent agent;
    private final Map<String, String> variables = new TreeMap<>();
    private final List<String> notes = new ArrayList<>();
    private final @Nullable Path dataFolder;
    private boolean movedSecrets;

    /**
     * @param old as it was read
     * @param base what its relative paths are relative to
     * @param agent what ran the old tool, if that is known: its timetable is the one that was in force
     */
    Conversion(JsonObject old, Path base, @Nullable LaunchAgent agent) {
        this.json = old.copy();
        this.agent = agent;
        if (agent != null) {
            agent.variables().forEach(this::takeVariable);
        }
        takeFrom(json);
        profile();
        dataFolder = dataFolder(agent != null && agent.workingFolder() != null ? agent.workingFolder() : base);
        placesThatTheEnvironmentDecides();
        automation();
        notifications();
    }

    JsonObject config() {
        return json;
    }

    /** What goes to {@code .env}, by name; may hold secrets. */
    Map<String, String> variables() {
        return variables;
    }

    /** Where the old tool wrote, if it said. */
    public Optional<Path> dataFolder() {
        return Optional.ofNullable(dataFolder);
    }

    /** Whether the old files hold credentials that are among the variables now. */
    public boolean movedSecrets() {
        return movedSecrets;
    }

    public List<String> notes() {
        return notes;
    }

    private void takeVariable(String name, String value) {
        boolean secret = SECRETS.containsValue(name);
        if ((secret || PLACES.containsValue(name)) && !value.isBlank()) {
            variables.put(name, value.strip());
            movedSecrets |= secret;
        }
    }

    /** Credentials and the like, wherever they stand, leave the document for the variables. */
    private void takeFrom(JsonObject section) {
        for (String key : List.copyOf(section.fieldNames())) {
            Object value = section.getValue(key);
            String plain = key.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
            String secret = SECRETS.get(plain);
            String variable = secret == null ? PLACES.get(plain) : secret;
            if (value instanceof JsonObject inner) {
                takeFrom(inner);
                if (inner.isEmpty()) {
                    section.remove(key);
                }
            } else if (variable != null && !(value instanceof JsonArray)) {
                section.remove(key);
                takeVariable(variable, value == null ? "" : value.toString());
            }
        }
    }

    private void profile() {
        Object profile = json.remove("aws_profile");
        if (profile instanceof String name && !name.isBlank() && !name.equals("default")) {
            variables.put("AWS_PROFILE", name.strip());
        }
        if (!variables.containsKey("AWS_ACCESS_KEY_ID")) {
            notes.add(("The old configuration holds no keys: it used the profile \"%s\" of ~/.aws. In a container"
                            + " either mount ~/.aws (see docker-compose.yml) or put AWS_ACCESS_KEY_ID and"
                            + " AWS_SECRET_ACCESS_KEY into .env.")
                    .formatted(variables.getOrDefault("AWS_PROFILE", "default")));
        }
    }

    private @Nullable Path dataFolder(Path base) {
        if (!(json.remove("local_base_path") instanceof String text) || text.isBlank()) {
            return null;
        }
        String plain = text.strip();
        Path home = Path.of(System.getProperty("user.home"));
        Path folder = plain.startsWith("~/") ? home.resolve(plain.substring(2)) : base.resolve(plain);
        return folder.toAbsolutePath().normalize();
    }

    private void placesThatTheEnvironmentDecides() {
        if (json.getValue("logging") instanceof JsonObject logging && logging.remove("file") != null) {
            notes.add("logging.file is left out: HUBSTORAGE_LOG_PATH decides where the logs go.");
        }
        if (json.remove("docker") != null) {
            notes.add("The section docker is left out: the environment decides port and folders.");
        }
    }

    private void automation() {
        JsonObject automation = json.getValue("automation") instanceof JsonObject there ? there : new JsonObject();
        json.put("automation", automation);
        if (Boolean.FALSE.equals(automation.getValue("enabled"))) {
            notes.add("automation.enabled was off because another program started the old tool; it is on now. Switch"
                    + " it off in the settings if you want to start every backup by hand.");
        }
        automation.put("enabled", true);
        if (agent == null) {
            return;
        }
        Double hours = agent.intervalHours();
        if (hours != null) {
            boolean whole = hours == Math.rint(hours);
            automation.put("interval_hours", whole ? (Number) (int) Math.rint(hours) : (Number) hours);
            notes.add("automation.interval_hours comes from StartInterval of the LaunchAgent, which was in force.");
        } else if (agent.cron() != null) {
            automation.put("cron", agent.cron());
            notes.add("automation.cron comes from StartCalendarInterval of the LaunchAgent, which was in force.");
        }
    }

    private void notifications() {
        if (json.remove("notifications") instanceof JsonObject old && Boolean.TRUE.equals(old.getValue("enabled"))) {
            notes.add("The section notifications is left out: the old tool never sent any.");
        }
    }
}
