package io.hubstorage.notify.channels;

import io.hubstorage.notify.Message;
import io.hubstorage.notify.channels.HttpKind.Answer;
import io.hubstorage.notify.channels.HttpKind.Call;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sends what a kind of channel makes of a message, to its configured origin alone: no redirect is followed, no cookie kept, and
 * the connection goes to an address that was looked at. Messages are rare, so each has a client of its own, and between them
 * there is none.
 */
record HttpDelivery(Vertx vertx, HttpKind kind, AddressPolicy policy, HttpClientOptions options)
        implements Attempt.Delivery {
    private static final int CONNECT_MILLIS = 5_000;
    /** What is read of an answer. */
    private static final int ANSWER = 4_096;

    private static final int MOST_ADDRESSES = 3;

    /** For whoever is asked too often and does not say for how long. */
    private static final Duration LONGEST = Duration.ofDays(1);

    static HttpClientOptions usualOptions() {
        return new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_1_1)
                .setKeepAlive(false)
                .setConnectTimeout(CONNECT_MILLIS)
                .setDecompressionSupported(false)
                .setMaxRedirects(0);
    }

    @Override
    public Receipt deliver(Message message) throws Exception {
        if (!kind.concerns(message)) {
            return new Receipt.Delivered(0, "nothing that this channel is about");
        }
        return make(kind.call(message));
    }

    /** Makes one request. Blocks. */
    Receipt make(Call call) throws Exception {
        List<InetAddress> addresses = policy.resolve(host(call.uri()));
        HttpClient client = vertx.createHttpClient(options);
        try {
            return kind.judge(first(client, call, addresses));
        } finally {
            client.close();
        }
    }

    /** By the first of the addresses that can be connected to: a machine without IPv6 finds such addresses too. */
    private Answer first(HttpClient client, Call call, List<InetAddress> addresses) throws Exception {
        int tries = Math.min(MOST_ADDRESSES, addresses.size());
        for (int i = 0; ; i++) {
            try {
                return Attempt.await(send(client, call, addresses.get(i)));
            } catch (ConnectException | java.net.NoRouteToHostException e) {
                if (i + 1 >= tries) {
                    throw new ConnectException("cannot connect to " + host(call.uri()));
                }
            }
        }
    }

    private static Future<Answer> send(HttpClient client, Call call, InetAddress address) {
        URI uri = call.uri();
        boolean secure = uri.getScheme().equalsIgnoreCase("https");
        int port = uri.getPort() < 0 ? (secure ? 443 : 80) : uri.getPort();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        RequestOptions request = new RequestOptions()
                // By the name for TLS and the Host header, but to this address.
                .setServer(SocketAddress.inetSocketAddress(port, address.getHostAddress()))
                .setHost(uri.getHost())
                .setPort(port)
                .setSsl(secure)
                .setMethod(HttpMethod.valueOf(call.method()))
                .setURI(path + query)
                .setFollowRedirects(false)
                .addHeader("User-Agent", "HubStorage");
        call.headers().forEach(request::addHeader);
        return client.request(request)
                .compose(sending -> sending.send(call.body()).compose(HttpDelivery::read));
    }

    private static Future<Answer> read(HttpClientResponse response) {
        Promise<Answer> promise = Promise.promise();
        Buffer text = Buffer.buffer();
        Runnable end = () -> promise.tryComplete(new Answer(
                response.statusCode(),
                response.headers(),
                text.getString(0, Math.min(text.length(), ANSWER), StandardCharsets.UTF_8.name())));
        response.handler(part -> {
            text.appendBuffer(part);
            if (text.length() >= ANSWER) {
                end.run();
                response.request().reset();
            }
        });
        response.endHandler(_ -> end.run());
        response.exceptionHandler(promise::tryFail);
        return promise.future();
    }

    /** Without the brackets of IPv6. */
    private static String host(URI uri) {
        String host = uri.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** What an answer means wherever a kind of channel does not say otherwise. */
    static Receipt usual(Answer answer) {
        int status = answer.status();
        String said = answer.text().isBlank() ? "" : ": " + Text.words(answer.text());
        if (status / 100 == 2) {
            return new Receipt.Delivered(status, Text.words(answer.text()));
        }
        if (status / 100 == 3) {
            return new Receipt.Refused(
                    "HTTP %d, a redirect, which is not followed: configure the address that it leads to"
                            .formatted(status));
        }
        boolean passes = status >= 500 || status == 408 || status == 425 || status == 429;
        return passes
                ? new Receipt.TryAgain("HTTP " + status + said, retryAfter(answer))
                : new Receipt.Refused("HTTP " + status + said);
    }

    /** By {@code Retry-After}, in seconds or as a date, else by what Discord and Telegram say in the body; null where none does. */
    private static @Nullable Duration retryAfter(Answer answer) {
        String header = answer.headers().get("Retry-After");
        if (header != null) {
            try {
                return bounded(Double.parseDouble(header.strip()));
            } catch (NumberFormatException _) {
                return until(header.strip(), answer.headers().get("Date"));
            }
        }
        try {
            JsonObject body = new JsonObject(answer.text());
            Number seconds = body.getNumber("retry_after");
            JsonObject parameters = body.getJsonObject("parameters");
            if (seconds == null && parameters != null) {
                seconds = parameters.getNumber("retry_after");
            }
            return seconds == null ? null : bounded(seconds.doubleValue());
        } catch (DecodeException | ClassCastException _) {
            return null;
        }
    }

    /** By the server's own clock. */
    private static @Nullable Duration until(String date, @Nullable String now) {
        try {
            DateTimeFormatter format = DateTimeFormatter.RFC_1123_DATE_TIME;
            return now == null
                    ? null
                    : bounded((double)
                            Duration.between(ZonedDateTime.parse(now, format), ZonedDateTime.parse(date, format))
                                    .toSeconds());
        } catch (DateTimeException _) {
            return null;
        }
    }

    private static Duration bounded(double seconds) {
        double most = (double) LONGEST.toSeconds();
        return Duration.ofMillis((long) (Math.clamp(Double.isNaN(seconds) ? 0 : seconds, 0, most) * 1000));
    }
}
