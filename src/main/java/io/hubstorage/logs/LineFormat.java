package io.hubstorage.logs;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.Context;
import ch.qos.logback.core.LayoutBase;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import io.hubstorage.bus.LogLine;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a log line looks in a file, and back:
 * {@code 2026-11-01T10:00:00.000Z INFO  [run] io.hubstorage.backup.BackupVerticle: text}, further lines of the text indented,
 * so that nothing in a message (an object key, say) can pass for a line of its own.
 */
public final class LineFormat {
    /** The MDC key under which the rooms put the id of the run they work for. */
    static final String RUN = "run";

    static final String INDENT = "    ";

    private static final DateTimeFormatter UTC = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter LOCAL = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);
    private static final Pattern HEADER = Pattern.compile(
            "(\\S{24}) (TRACE|DEBUG|INFO|WARN|ERROR) {1,2}(?:\\[([^\\]\\s]+)\\] )?([^:\\s]*): (.*)", Pattern.DOTALL);

    private LineFormat() {}

    /** What an event says, with secrets masked and control characters made visible. */
    static LogLine line(ILoggingEvent event) {
        StringBuilder text = new StringBuilder(String.valueOf(event.getFormattedMessage()));
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown != null) {
            text.append('\n').append(ThrowableProxyUtil.asString(thrown).stripTrailing());
        }
        String run = event.getMDCPropertyMap().get(RUN);
        return new LogLine(
                Instant.ofEpochMilli(event.getTimeStamp()),
                event.getLevel().toString(),
                event.getLoggerName(),
                run == null || run.isBlank() ? null : run.replaceAll("[\\s\\]]", "_"),
                visible(SecretMask.mask(text.toString())));
    }

    /** The line for a file, without a line end. */
    public static String format(LogLine line) {
        return "%s %-5s %s%s: %s"
                .formatted(
                        UTC.format(line.time()),
                        line.level(),
                        line.run() == null ? "" : "[" + line.run() + "] ",
                        line.logger(),
                        indented(line.text()));
    }

    /** The line for people who watch the console, in their time zone, without a line end. */
    private static String readable(LogLine line, ZoneId zone) {
        return "%s %-5s %s  %s"
                .formatted(
                        LOCAL.format(line.time().atZone(zone)),
                        line.level(),
                        line.logger().substring(line.logger().lastIndexOf('.') + 1),
                        indented(line.text()));
    }

    /** The line that this first line of an entry begins; null when it is not the first line of one. */
    static @Nullable LogLine parse(String first) {
        Matcher matcher = HEADER.matcher(first);
        if (!matcher.matches()) {
            return null;
        }
        try {
            return new LogLine(
                    UTC.parse(matcher.group(1), Instant::from),
                    matcher.group(2),
                    matcher.group(4),
                    matcher.group(3),
                    matcher.group(5));
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    static LayoutWrappingEncoder<ILoggingEvent> forFile(Context context) {
        return encoder(context, LineFormat::format);
    }

    static LayoutWrappingEncoder<ILoggingEvent> forConsole(Context context) {
        ZoneId zone = ZoneId.systemDefault();
        return encoder(context, line -> readable(line, zone));
    }

    private static LayoutWrappingEncoder<ILoggingEvent> encoder(Context context, Function<LogLine, String> format) {
        LayoutBase<ILoggingEvent> layout = new LayoutBase<>() {
            @Override
            public String doLayout(ILoggingEvent event) {
                return format.apply(line(event)) + "\n";
            }
        };
        layout.setContext(context);
        layout.start();
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setContext(context);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setLayout(layout);
        encoder.start();
        return encoder;
    }

    private static String indented(String text) {
        return text.indexOf('\n') < 0 ? text : text.replace("\n", "\n" + INDENT);
    }

    /** Escapes what would move the cursor, ring the bell or break the line elsewhere; keeps line feeds and tabs. */
    private static String visible(String text) {
        String lines = text.replace("\r\n", "\n");
        if (lines.chars().noneMatch(LineFormat::hidden)) {
            return lines;
        }
        StringBuilder shown = new StringBuilder(lines.length() + 16);
        lines.chars().forEach(c -> {
            if (hidden(c)) {
                shown.append("\\u").append(HexFormat.of().toHexDigits((char) c));
            } else {
                shown.append((char) c);
            }
        });
        return shown.toString();
    }

    private static boolean hidden(int c) {
        return c != '\n' && c != '\t' && (Character.isISOControl(c) || c == '\u2028' || c == '\u2029');
    }
}
