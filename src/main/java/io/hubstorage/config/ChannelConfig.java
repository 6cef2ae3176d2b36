package io.hubstorage.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One of {@code notify.channels}: somebody who is told, by kind. Members are named and explained in {@code
 * conf/config.schema.json}. Those that end in {@code Env} name the variable that holds the secret, which is never here.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ChannelConfig.Email.class, name = "email"),
    @JsonSubTypes.Type(value = ChannelConfig.Webhook.class, name = "webhook"),
    @JsonSubTypes.Type(value = ChannelConfig.Ntfy.class, name = "ntfy"),
    @JsonSubTypes.Type(value = ChannelConfig.Gotify.class, name = "gotify"),
    @JsonSubTypes.Type(value = ChannelConfig.Slack.class, name = "slack"),
    @JsonSubTypes.Type(value = ChannelConfig.Discord.class, name = "discord"),
    @JsonSubTypes.Type(value = ChannelConfig.Telegram.class, name = "telegram"),
    @JsonSubTypes.Type(value = ChannelConfig.Pushover.class, name = "pushover"),
    @JsonSubTypes.Type(value = ChannelConfig.Apprise.class, name = "apprise"),
    @JsonSubTypes.Type(value = ChannelConfig.Healthchecks.class, name = "healthchecks")
})
public sealed interface ChannelConfig {
    Routing routing();

    /** The kind, as {@code type} has it. */
    default String type() {
        return ChannelRules.type(this);
    }

    /**
     * What it is called, and what it is told.
     *
     * @param name unique
     * @param events by their words; absent for those that are on by default
     * @param minSeverity {@code info}, {@code warning} or {@code critical}; what is less urgent is not told
     * @param reminders whether it hears again of what is not over
     */
    record Routing(String name, boolean enabled, @Nullable List<String> events, String minSeverity, boolean reminders) {
        private Routing toldOf(List<String> usual) {
            return events != null ? this : new Routing(name, enabled, usual, minSeverity, reminders);
        }
    }

    /**
     * Where it is, either here or in a variable.
     *
     * @param plain without a secret in it
     * @param variable that holds the address
     */
    record Address(
            @JsonProperty("url") @Nullable String plain,
            @JsonProperty("url_env") @Nullable String variable) {}

    record Email(
            @JsonUnwrapped Routing routing, @JsonUnwrapped MailServer server, String from, List<String> to)
            implements ChannelConfig {}

    /**
     * A mail server.
     *
     * @param port absent for the usual one of {@code security}
     * @param username with {@code passwordEnv} or not at all
     */
    record MailServer(
            String host,
            @Nullable Integer port,
            Encryption security,
            @Nullable String username,
            @Nullable String passwordEnv) {
        private static final int SUBMISSION = 587;
        private static final int SUBMISSION_BY_TLS = 465;

        /** The configured port, or that of RFC 6409 or RFC 8314. */
        public int effectivePort() {
            return port != null ? port : security == Encryption.TLS ? SUBMISSION_BY_TLS : SUBMISSION;
        }
    }

    /** How a connection to a mail server is encrypted. */
    enum Encryption {
        /** From its first line on, without which nothing is said. */
        STARTTLS,
        /** From its first byte on. */
        TLS,
        NONE
    }

    /**
     * Any HTTP server.
     *
     * @param headers as {@code Name: value}
     * @param body a FreeMarker template; absent for the message as JSON
     * @param signing the variables of the bearer token and of the key of signatures
     */
    record Webhook(
            @JsonUnwrapped Routing routing,

            @JsonUnwrapped Address address,

            String method,
            List<String> headers,
            @Nullable String body,

            @JsonUnwrapped WebhookSecrets signing)
            implements ChannelConfig {}

    record WebhookSecrets(
            @Nullable String tokenEnv, @Nullable String secretEnv) {}

    /**
     * A topic of ntfy.
     *
     * @param address of the topic
     */
    record Ntfy(
            @JsonUnwrapped Routing routing,

            @JsonUnwrapped Address address,

            @Nullable String tokenEnv,
            List<String> tags)
            implements ChannelConfig {}

    /**
     * An application of Gotify.
     *
     * @param address of the server
     */
    record Gotify(
            @JsonUnwrapped Routing routing, @JsonUnwrapped Address address, String tokenEnv) implements ChannelConfig {}

    record Slack(@JsonUnwrapped Routing routing, String urlEnv) implements ChannelConfig {}

    record Discord(@JsonUnwrapped Routing routing, String urlEnv) implements ChannelConfig {}

    /**
     * A chat of Telegram.
     *
     * @param url of another server than Telegram's own
     */
    record Telegram(
            @JsonUnwrapped Routing routing, @Nullable String url, String tokenEnv, String chatId)
            implements ChannelConfig {}

    /**
     * A user of Pushover.
     *
     * @param url of another server than Pushover's own
     */
    record Pushover(
            @JsonUnwrapped Routing routing, @Nullable String url, String tokenEnv, String userEnv)
            implements ChannelConfig {}

    /**
     * An Apprise API.
     *
     * @param address of {@code /notify/KEY}
     */
    record Apprise(
            @JsonUnwrapped Routing routing, @JsonUnwrapped Address address, List<String> tags)
            implements ChannelConfig {}

    /**
     * A check of Healthchecks.
     *
     * @param jobs the words of the kinds of jobs that the check is about
     */
    record Healthchecks(@JsonUnwrapped Routing routing, String urlEnv, List<String> jobs) implements ChannelConfig {
        private static final List<String> EVENTS = List.of(
                "backup_started", "backup_succeeded", "backup_partial", "backup_failed", "job_succeeded", "job_failed");

        /** A check is about starts and successes too, of which others are not told. */
        public Healthchecks {
            routing = routing.toldOf(EVENTS);
            jobs = jobs == null || jobs.isEmpty() ? List.of("backup") : jobs;
        }
    }
}
