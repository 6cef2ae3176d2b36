package io.hubstorage.notify.channels;

import io.hubstorage.config.ChannelConfig;
import io.hubstorage.config.ChannelConfig.Address;
import io.hubstorage.config.Environment;
import io.hubstorage.config.HubConfig;
import io.hubstorage.notify.channels.Attempt.BadTemplate;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.TrustOptions;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The configured channels by name, in their order; those that are switched off too. To make them opens nothing and holds
 * nothing, so that they are made anew whenever the configuration has changed.
 *
 * @param usable those that can be told
 * @param unusable why the others cannot, in a sentence for people
 */
public record Channels(Map<String, Channel> usable, Map<String, String> unusable) {
    private static final String TELEGRAM = "https://api.telegram.org";
    private static final String PUSHOVER = "https://api.pushover.net";
    private static final String HIDDEN = "(not shown)";
    /** Shorter ones would blot out ordinary words. */
    private static final int SHORTEST_SECRET = 6;

    /** Of the request itself: whoever sets them means another request. */
    private static final Set<String> FIXED_HEADERS =
            Set.of("host", "content-length", "transfer-encoding", "connection", "upgrade", "expect", "te", "trailer");

    /**
     * Makes those of a configuration. Loads what they are made of, which may take a while the first time.
     *
     * @param environment where the secrets are, and which private addresses may be reached
     * @param clock for signatures
     */
    public static Channels of(HubConfig.Notify config, Environment environment, Vertx vertx, InstantSource clock) {
        return of(config, environment, vertx, clock, null, null);
    }

    /**
     * The same with other bounds than in production.
     *
     * @param deadline of an attempt; null for the usual ones
     * @param trust authorities of certificates; null for those of Java
     */
    static Channels of(
            HubConfig.Notify config,
            Environment environment,
            Vertx vertx,
            InstantSource clock,
            @Nullable Duration deadline,
            @Nullable TrustOptions trust) {
        AddressPolicy policy = AddressPolicy.of(environment.get(AddressPolicy.VARIABLE));
        Map<String, Channel> usable = new LinkedHashMap<>();
        Map<String, String> unusable = new LinkedHashMap<>();
        for (ChannelConfig channel : config.channels()) {
            Maker maker = new Maker(vertx, environment, policy, clock, trust, new ArrayList<>());
            try {
                Attempt.Delivery delivery = maker.delivery(channel);
                Duration own = deadline == null ? deadline(channel) : deadline;
                usable.put(channel.routing().name(), new Attempt(vertx, delivery, maker.mask(), own));
            } catch (IllegalArgumentException | BadTemplate e) {
                unusable.put(channel.routing().name(), maker.mask().apply(String.valueOf(e.getMessage())));
            }
        }
        return new Channels(Collections.unmodifiableMap(usable), Collections.unmodifiableMap(unusable));
    }

    /**
     * Posts JSON once to an address that is no channel's, by the rules of channels: it stands in a variable, only addresses that may be
     * reached are, no redirect is followed, and no part of it is told. Never throws and never fails; nothing of it runs on the
     * caller's thread.
     *
     * @param variable that holds the address
     * @param deadline how long it may take in all
     */
    public static Future<Receipt> post(
            JsonObject body,
            String variable,
            Environment environment,
            Vertx vertx,
            InstantSource clock,
            Duration deadline) {
        AddressPolicy policy = AddressPolicy.of(environment.get(AddressPolicy.VARIABLE));
        Maker maker = new Maker(vertx, environment, policy, clock, null, new ArrayList<>());
        try {
            HttpKind.Call call = HttpKind.Call.json(maker.secretUri(variable), body);
            HttpDelivery delivery = maker.http(_ -> call);
            return Attempt.once(() -> delivery.make(call), vertx, maker.mask(), deadline);
        } catch (IllegalArgumentException e) {
            return Future.succeededFuture(new Receipt.Refused(maker.mask().apply(String.valueOf(e.getMessage()))));
        }
    }

    /** A mail server looks through a mail before it takes it, Apprise waits for the services behind it. */
    private static Duration deadline(ChannelConfig channel) {
        return channel instanceof ChannelConfig.Email || channel instanceof ChannelConfig.Apprise
                ? Attempt.SLOW_DEADLINE
                : Attempt.DEADLINE;
    }

    /** Makes one channel, and remembers which secrets it was made with. */
    private record Maker(
            Vertx vertx,
            Environment environment,
            AddressPolicy policy,
            InstantSource clock,
            @Nullable TrustOptions trust,
            List<String> secrets) {
        Attempt.Delivery delivery(ChannelConfig channel) throws BadTemplate {
            return switch (channel) {
                case ChannelConfig.Email mail ->
                    new MailDelivery(mail, optional(mail.server().passwordEnv()), policy, new Mail(mail), trust);
                case ChannelConfig.Webhook hook -> http(webhook(hook));
                case ChannelConfig.Ntfy ntfy ->
                    http(Ntfy.of(uri(ntfy.address()), optional(ntfy.tokenEnv()), ntfy.tags()));
                case ChannelConfig.Gotify gotify -> http(Gotify.of(uri(gotify.address()), secret(gotify.tokenEnv())));
                case ChannelConfig.Slack slack -> http(new Slack(secretUri(slack.urlEnv())));
                case ChannelConfig.Discord discord -> http(new Discord(secretUri(discord.urlEnv())));
                case ChannelConfig.Telegram telegram ->
                    http(Telegram.of(
                            telegram.url() == null ? TELEGRAM : telegram.url(),
                            word(telegram.tokenEnv()),
                            telegram.chatId()));
                case ChannelConfig.Pushover pushover ->
                    http(Pushover.of(
                            pushover.url() == null ? PUSHOVER : pushover.url(),
                            secret(pushover.tokenEnv()),
                            secret(pushover.userEnv())));
                case ChannelConfig.Apprise apprise -> http(new Apprise(uri(apprise.address()), apprise.tags()));
                case ChannelConfig.Healthchecks check ->
                    http(new Healthchecks(secretUri(check.urlEnv()), Set.copyOf(check.jobs())));
            };
        }

        private HttpDelivery http(HttpKind kind) {
            HttpClientOptions options = HttpDelivery.usualOptions();
            if (trust != null) {
                options.setTrustOptions(trust);
            }
            return new HttpDelivery(vertx, kind, policy, options);
        }

        private Webhook webhook(ChannelConfig.Webhook hook) throws BadTemplate {
            Map<String, String> headers = new LinkedHashMap<>();
            for (String header : hook.headers()) {
                int colon = header.indexOf(':');
                String name = header.substring(0, colon);
                if (FIXED_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
                    throw new IllegalArgumentException("the header %s cannot be set".formatted(name));
                }
                headers.put(name, header.substring(colon + 1).strip());
            }
            String token = optional(hook.signing().tokenEnv());
            if (token != null) {
                headers.put("Authorization", "Bearer " + token);
            }
            String body = hook.body();
            return new Webhook(
                    hook.method(),
                    uri(hook.address()),
                    headers,
                    body == null || body.isBlank() ? null : BodyTemplate.of(body),
                    optional(hook.signing().secretEnv()),
                    clock);
        }

        private URI uri(Address address) {
            String variable = address.variable();
            return variable != null ? secretUri(variable) : parsed(String.valueOf(address.plain()), "url");
        }

        /** An address of which every part may be the secret. */
        private URI secretUri(String variable) {
            URI uri = parsed(secret(variable), variable);
            secrets.add(uri.getRawPath());
            secrets.addAll(List.of(uri.getRawPath().split("/")));
            if (uri.getRawQuery() != null) {
                secrets.add(uri.getRawQuery());
            }
            return uri;
        }

        private static URI parsed(String text, String where) {
            try {
                URI uri = new URI(text);
                String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
                boolean web = scheme.equals("http") || scheme.equals("https");
                if (web && uri.getHost() != null && uri.getRawUserInfo() == null && uri.getPort() <= 65_535) {
                    return uri;
                }
            } catch (URISyntaxException e) {
                // Told below: the exception would repeat the text.
            }
            throw new IllegalArgumentException(
                    "%s holds no address such as https://example.com/path, without a login in it".formatted(where));
        }

        private @Nullable String optional(@Nullable String variable) {
            return variable == null ? null : secret(variable);
        }

        private String secret(String variable) {
            String text = environment.get(variable);
            if (text == null) {
                throw new IllegalArgumentException(
                        "%s is not set: put it into .env, or name a file that holds it by %s_FILE"
                                .formatted(variable, variable));
            }
            String plain = text.strip();
            if (plain.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException(variable + " has more than one line");
            }
            secrets.add(plain);
            return plain;
        }

        /** One that becomes part of a path. */
        private String word(String variable) {
            String text = secret(variable);
            if (!text.matches("[A-Za-z0-9:_-]{1,256}")) {
                throw new IllegalArgumentException(variable + " holds no token: letters, digits, and : _ -");
            }
            return text;
        }

        UnaryOperator<String> mask() {
            List<String> hidden = secrets.stream()
                    .filter(secret -> secret.length() >= SHORTEST_SECRET)
                    .sorted(Comparator.comparingInt(String::length).reversed())
                    .toList();
            return text -> {
                String masked = text;
                for (String secret : hidden) {
                    masked = masked.replace(secret, HIDDEN);
                }
                return masked;
            };
        }
    }
}
