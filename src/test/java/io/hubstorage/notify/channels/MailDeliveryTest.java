package io.hubstorage.notify.channels;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.configuration.GreenMailConfiguration;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.hubstorage.config.ChannelConfig;
import io.hubstorage.config.ChannelConfig.Encryption;
import io.hubstorage.config.ChannelConfig.MailServer;
import io.hubstorage.config.ChannelConfig.Routing;
import io.hubstorage.config.Environment;
import io.hubstorage.config.HubConfig;
import io.hubstorage.notify.Message;
import io.hubstorage.notify.Message.Fact;
import io.hubstorage.testkit.TestCertificates;
import io.vertx.core.Vertx;
import io.vertx.core.net.PemTrustOptions;
import jakarta.mail.BodyPart;
import jakarta.mail.Multipart;
import jakarta.mail.internet.MimeMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Mails to a real mail server (GreenMail), with TLS before it, read back from the mailboxes. */
final class MailDeliveryTest {
    private static final String PASSWORD = "pass word-12345";

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private GreenMail mails;
    private String variable = PASSWORD;

    @BeforeEach
    void start() {
        mails = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP))
                .withConfiguration(GreenMailConfiguration.aConfig()
                        .withUser("hub@example.com", "hub", PASSWORD)
                        .withUser("me@example.com", "me", "other-password"));
        mails.start();
    }

    @AfterEach
    void stop() throws Exception {
        mails.stop();
        vertx.close().await(60, TimeUnit.SECONDS);
    }

    private Receipt deliver(Message message, int port, Encryption security, @Nullable String user) throws Exception {
        ChannelConfig.Email email = new ChannelConfig.Email(
                new Routing("mail", true, null, "info", true),
                new MailServer(
                        "localhost", port, security, user, user == null ? null : "HUBSTORAGE_NOTIFY_MAIL_PASSWORD"),
                "hub@example.com",
                List.of("me@example.com", "you@example.org"));
        Environment environment = Environment.load(
                Map.of("HUBSTORAGE_NOTIFY_MAIL_PASSWORD", variable, "HUBSTORAGE_NOTIFY_PRIVATE", "localhost"),
                folder.resolve(".env"));
        Channels channels = Channels.of(
                new HubConfig.Notify(List.of(email), 24, 20, null, null, null),
                environment,
                vertx,
                InstantSource.fixed(Messages.AT),
                Duration.ofMinutes(1),
                new PemTrustOptions().addCertPath(TestCertificates.get().caPem().toString()));
        assertThat(channels.unusable()).isEmpty();
        return Objects.requireNonNull(channels.usable().get("mail"))
                .deliver(message)
                .await(70, TimeUnit.SECONDS);
    }

    private int plainPort() {
        return mails.getSmtp().getPort();
    }

    /** By the types of its parts. */
    private static String part(MimeMessage mail, String type) throws Exception {
        Multipart parts = (Multipart) mail.getContent();
        for (int i = 0; i < parts.getCount(); i++) {
            BodyPart part = parts.getBodyPart(i);
            if (part.isMimeType(type)) {
                return part.getContent().toString().replace("\r\n", "\n");
            }
        }
        throw new AssertionError("no part of type " + type);
    }

    @ParameterizedTest
    @EnumSource(names = {"STARTTLS", "TLS"})
    void aMailGoesEncryptedAndLoggedInToEveryReceiver(Encryption security) throws Exception {
        boolean fromTheStart = security == Encryption.TLS;
        try (TlsFront front = new TlsFront(vertx, plainPort(), fromTheStart, true)) {
            assertThat(deliver(Messages.failed(), front.port(), security, "hub"))
                    .isEqualTo(new Receipt.Delivered(250, "accepted"));

            assertThat(front.inTheClear)
                    .as("nothing but what begins the encryption")
                    .allSatisfy(line -> assertThat(line).matches("EHLO .*|STARTTLS"));
        }
        MimeMessage[] received = mails.getReceivedMessages();
        assertThat(received).hasSize(2);
        MimeMessage mail = received[0];
        assertThat(mail.getSubject()).isEqualTo("Backup failed: photos");
        assertThat(mail.getHeader("Message-ID")).containsExactly("<m-1@example.com>");
        assertThat(mail.getSentDate()).isEqualTo(Date.from(Messages.AT));
        assertThat(mail.getHeader("Date")).hasSize(1);
        assertThat(mail.getHeader("From")).containsExactly("HubStorage <hub@example.com>");
        assertThat(mail.getHeader("To")).containsExactly("me@example.com,you@example.org");
        assertThat(mail.getHeader("Auto-Submitted")).containsExactly("auto-generated");
        assertThat(mail.getHeader("List-Id")).containsExactly("HubStorage <hubstorage.example.com>");
        assertThat(mail.getHeader("Importance")).containsExactly("high");
        assertThat(part(mail, "text/plain").strip()).isEqualTo(Text.body(Messages.failed()));
        assertThat(part(mail, "text/html"))
                .contains("<h1>Backup failed: photos</h1>", "<p>S3 refused the credentials (AccessDenied).</p>")
                .contains("<th scope=\"row\">Bucket</th><td>photos</td>")
                .contains("href=\"https://backups.example.com/runs/r1?a=1&amp;b=2\"");
    }

    @Test
    void aLargeMailArrivesWordForWord() throws Exception {
        List<Fact> facts = IntStream.range(0, 400)
                .mapToObj(i -> new Fact("Bucket " + i, "größer als gestern: " + "=é😀.\n.".repeat(20)))
                .toList();
        Message message = Messages.of("Größe & Umlaute 😀", "ß".repeat(3_000), facts, null);

        assertThat(deliver(message, plainPort(), Encryption.NONE, null)).isInstanceOf(Receipt.Delivered.class);

        MimeMessage mail = mails.getReceivedMessages()[0];
        assertThat(mail.getSubject()).isEqualTo("Größe & Umlaute 😀");
        assertSameText(part(mail, "text/plain"), Text.fit(Text.body(message), 65_536, Text::plain));
        String html = part(mail, "text/html");
        assertThat(html.length()).isGreaterThan(60_000);
        for (Fact fact : facts) {
            assertThat(html).contains("<th scope=\"row\">%s</th><td>%s</td>".formatted(fact.label(), fact.value()));
        }
    }

    private static void assertSameText(String found, String expected) {
        assertThat(found.strip()).isEqualTo(expected.strip());
    }

    @Test
    void noNameAddsAHeaderOrMarkup() throws Exception {
        assertThat(deliver(Messages.hostile(), plainPort(), Encryption.NONE, null))
                .isInstanceOf(Receipt.Delivered.class);

        MimeMessage mail = mails.getReceivedMessages()[0];
        assertThat(mails.getReceivedMessages()).as("no third receiver").hasSize(2);
        assertThat(mail.getHeader("Bcc")).isNull();
        assertThat(mail.getSubject()).contains("Bcc: victim@example.com").doesNotContain("\n", "\r", "\u0000");
        assertThat(part(mail, "text/html"))
                .contains("&lt;b&gt;&amp;amp;&lt;/b&gt;", "[x](https://evil.example)")
                .doesNotContain("<b>", "\u202E");
    }

    @Test
    void aWrongPasswordIsRefusedAndNotTold() throws Exception {
        variable = "not the password 99";
        try (TlsFront front = new TlsFront(vertx, plainPort(), false, true)) {
            assertThat(deliver(Messages.failed(), front.port(), Encryption.STARTTLS, "hub"))
                    .isInstanceOfSatisfying(
                            Receipt.Refused.class,
                            refused -> assertThat(refused.why()).contains("535").doesNotContain("not the password"));
        }
        assertThat(mails.getReceivedMessages()).isEmpty();
    }

    @Test
    void withoutEncryptionNothingIsSaidWhereItIsDemanded() throws Exception {
        try (TlsFront front = new TlsFront(vertx, plainPort(), false, false)) {
            assertThat(deliver(Messages.failed(), front.port(), Encryption.STARTTLS, "hub"))
                    .isNotInstanceOf(Receipt.Delivered.class);

            assertThat(front.inTheClear).allSatisfy(line -> assertThat(line).matches("EHLO .*|QUIT"));
        }
        assertThat(mails.getReceivedMessages()).isEmpty();
    }

    @Test
    void whereNobodyListensItIsTriedAgain() throws Exception {
        int port = plainPort();
        mails.stop();

        assertThat(deliver(Messages.failed(), port, Encryption.NONE, null))
                .isEqualTo(new Receipt.TryAgain("cannot connect to localhost:" + port, null));
    }
}
