package io.hubstorage.notify.channels;

import io.hubstorage.config.ChannelConfig.Email;
import io.hubstorage.config.ChannelConfig.Encryption;
import io.hubstorage.config.ChannelConfig.MailServer;
import io.hubstorage.notify.Message;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.net.TrustOptions;
import io.vertx.ext.mail.LoginOption;
import io.vertx.ext.mail.MailClient;
import io.vertx.ext.mail.MailConfig;
import io.vertx.ext.mail.MailMessage;
import io.vertx.ext.mail.MailResult;
import io.vertx.ext.mail.SMTPException;
import io.vertx.ext.mail.StartTLSOptions;
import java.net.ConnectException;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends a message by SMTP. The mail client connects to names only, and what a name means is settled before, by the addresses
 * that may be reached: so each attempt has a small Vert.x of its own, in which the name means that address and nothing else.
 * Mails are rare, and between them nothing of it is there.
 *
 * @param trust authorities of certificates; null for those of Java
 */
record MailDelivery(
        Email config,
        @Nullable String password,
        AddressPolicy policy,
        Mail mail,
        @Nullable TrustOptions trust) implements Attempt.Delivery {
    private static final int CONNECT_MILLIS = 4_000;
    private static final int MOST_ADDRESSES = 2;
    private static final long NO_WATCHING = TimeUnit.HOURS.toMillis(1);

    @Override
    public Receipt deliver(Message message) throws Exception {
        MailMessage ready = mail.of(message);
        List<InetAddress> addresses = policy.resolve(config.server().host());
        int tries = Math.min(MOST_ADDRESSES, addresses.size());
        for (int i = 0; ; i++) {
            try {
                return send(ready, addresses.get(i));
            } catch (ConnectException | java.net.NoRouteToHostException e) {
                if (i + 1 >= tries) {
                    throw new ConnectException("cannot connect to %s:%d"
                            .formatted(config.server().host(), config.server().effectivePort()));
                }
            }
        }
    }

    private Receipt send(MailMessage ready, InetAddress address) throws Exception {
        String hosts =
                "%s %s\n".formatted(address.getHostAddress(), config.server().host());
        Vertx own = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setBlockedThreadCheckInterval(NO_WATCHING)
                .setAddressResolverOptions(new AddressResolverOptions().setHostsValue(Buffer.buffer(hosts))));
        try {
            MailResult result = Attempt.await(MailClient.create(own, options()).sendMail(ready));
            int refused = config.to().size() - result.getRecipients().size();
            return new Receipt.Delivered(
                    250,
                    refused == 0 ? "accepted" : "accepted, but %d of the receivers were refused".formatted(refused));
        } catch (SMTPException e) {
            return judge(e);
        } finally {
            own.close();
        }
    }

    private MailConfig options() {
        MailServer server = config.server();
        boolean secure = server.security() == Encryption.TLS;
        MailConfig options = new MailConfig(server.host(), server.effectivePort())
                .setSsl(secure)
                .setStarttls(
                        server.security() == Encryption.STARTTLS ? StartTLSOptions.REQUIRED : StartTLSOptions.DISABLED)
                .setHostnameVerificationAlgorithm("HTTPS")
                .setConnectTimeout(CONNECT_MILLIS)
                .setKeepAlive(false)
                // One receiver that is gone costs the others nothing.
                .setAllowRcptErrors(true)
                .setLogin(server.username() == null ? LoginOption.DISABLED : LoginOption.REQUIRED);
        if (server.username() != null) {
            options.setUsername(server.username()).setPassword(password);
        }
        if (trust != null) {
            options.setTrustOptions(trust);
        }
        return options;
    }

    /** By the code of the server, RFC 5321: 4xx passes, 5xx does not. */
    private static Receipt judge(SMTPException failure) {
        String said = failure.getReplyCode() <= 0
                ? String.valueOf(failure.getMessage())
                : "SMTP %d: %s".formatted(failure.getReplyCode(), failure.getReplyMessage());
        return failure.isPermanent() ? new Receipt.Refused(said) : new Receipt.TryAgain(said, null);
    }
}
