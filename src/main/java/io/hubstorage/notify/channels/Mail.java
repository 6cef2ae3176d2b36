package io.hubstorage.notify.channels;

import freemarker.cache.ClassTemplateLoader;
import freemarker.core.TemplateClassResolver;
import freemarker.template.Configuration;
import freemarker.template.TemplateException;
import io.hubstorage.bus.BusJson;
import io.hubstorage.config.ChannelConfig.Email;
import io.hubstorage.notify.Message;
import io.hubstorage.notify.Severity;
import io.vertx.ext.mail.MailMessage;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** What a message is as an email: its headers, and its text both plain and as HTML. */
final class Mail {
    /** Encoded too it then stays below the 998 characters of a line. */
    private static final int SUBJECT = 150;

    /** What fits into an encoded word, whose whole length is 75 at most. */
    private static final int WORD_BYTES = 45;

    private static final int TEXT = 65_536;
    private static final int FACT = 4_096;
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("EEE, d MMM uuuu HH:mm:ss Z", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter SHOWN = DateTimeFormatter.ofPattern(
                    "d MMMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final Email config;
    private final Configuration templates = templates();

    Mail(Email config) {
        this.config = config;
    }

    private static Configuration templates() {
        Configuration configuration = new Configuration(Configuration.VERSION_2_3_34);
        configuration.setTemplateLoader(new ClassTemplateLoader(Mail.class.getClassLoader(), "notify"));
        configuration.setNewBuiltinClassResolver(TemplateClassResolver.ALLOWS_NOTHING_RESOLVER);
        configuration.setRecognizeStandardFileExtensions(true);
        configuration.setLogTemplateExceptions(false);
        configuration.setDefaultEncoding(StandardCharsets.UTF_8.name());
        configuration.setLocale(Locale.ROOT);
        return configuration;
    }

    MailMessage of(Message message) {
        String domain = config.from().substring(config.from().indexOf('@') + 1);
        MailMessage mail = new MailMessage()
                .setFrom("HubStorage <" + config.from() + ">")
                .setBounceAddress(config.from())
                .setTo(List.copyOf(config.to()))
                .setSubject(words(Text.line(message.title(), SUBJECT)))
                .setText(Text.fit(Text.body(message), TEXT, Text::plain) + "\n")
                .setHtml(html(message))
                // The same whenever the same message is sent, by which mail programs drop repetitions.
                .addHeader("Message-ID", "<%s@%s>".formatted(message.id(), domain))
                .addHeader("Date", DATE.format(message.at()))
                // So that what is about the same thing is shown as one conversation.
                .addHeader("References", "<%s@%s>".formatted(thread(message), domain))
                // RFC 3834 and RFC 2919: no automatic answers, and a handle for filters.
                .addHeader("Auto-Submitted", "auto-generated")
                .addHeader("List-Id", "HubStorage <hubstorage.%s>".formatted(domain))
                .addHeader("X-HubStorage-Event", message.event().word());
        if (message.severity() == Severity.CRITICAL && Tone.of(message) == Tone.CRITICAL) {
            mail.addHeader("Importance", "high");
        }
        return mail;
    }

    /** By RFC 2047 where it is not ASCII: the mail client would take characters beyond the BMP for two. */
    private static String words(String text) {
        if (text.chars().allMatch(character -> character >= ' ' && character < 0x7F)) {
            return text;
        }
        StringJoiner words = new StringJoiner(" ");
        StringBuilder word = new StringBuilder();
        for (int character : text.codePoints().toArray()) {
            String next = Character.toString(character);
            if (bytes(word + next).length > WORD_BYTES) {
                words.add(encoded(word));
                word.setLength(0);
            }
            word.append(next);
        }
        return words.add(encoded(word)).toString();
    }

    private static String encoded(CharSequence word) {
        return "=?UTF-8?B?%s?=".formatted(Base64.getEncoder().encodeToString(bytes(word.toString())));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String thread(Message message) {
        byte[] about = bytes(message.event().word() + "\n" + message.subject());
        return "about-" + HexFormat.of().toHexDigits(Arrays.hashCode(about));
    }

    private String html(Message message) {
        StringWriter out = new StringWriter();
        Map<String, Object> model = Map.of(
                "color", Tone.of(message).cssColor(),
                "state", BusJson.word(message.state()),
                "title", Text.line(message.title(), SUBJECT),
                "paragraphs",
                        Text.fit(message.text(), TEXT, Text::plain)
                                .lines()
                                .filter(line -> !line.isBlank())
                                .toList(),
                "facts",
                        message.facts().stream()
                                .map(fact -> Map.of(
                                        "label",
                                        Text.line(fact.label(), SUBJECT),
                                        "value",
                                        Text.fit(fact.value(), FACT, Text::plain)))
                                .toList(),
                "link", message.link(),
                "at", SHOWN.format(message.at()));
        try {
            templates.getTemplate("mail.ftlh").process(model, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (TemplateException e) {
            throw new IllegalStateException("the template of mails is wrong", e);
        }
        return out.toString();
    }
}
