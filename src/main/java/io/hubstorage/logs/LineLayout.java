package io.hubstorage.logs;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Context;
import ch.qos.logback.core.LayoutBase;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import io.hubstorage.bus.LogLine;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.function.Function;

/** Lays an event out as {@link LineFormat} says, for a file or for the console. */
final class LineLayout extends LayoutBase<ILoggingEvent> {
    private final Function<LogLine, String> format;

    private LineLayout(Function<LogLine, String> format) {
        this.format = format;
    }

    static LayoutWrappingEncoder<ILoggingEvent> forFile(Context context) {
        return encoder(context, new LineLayout(LineFormat::format));
    }

    static LayoutWrappingEncoder<ILoggingEvent> forConsole(Context context) {
        ZoneId zone = ZoneId.systemDefault();
        return encoder(context, new LineLayout(line -> LineFormat.readable(line, zone)));
    }

    private static LayoutWrappingEncoder<ILoggingEvent> encoder(Context context, LineLayout layout) {
        layout.setContext(context);
        layout.start();
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setContext(context);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setLayout(layout);
        encoder.start();
        return encoder;
    }

    @Override
    public String doLayout(ILoggingEvent event) {
        return format.apply(LineFormat.line(event)) + "\n";
    }
}
