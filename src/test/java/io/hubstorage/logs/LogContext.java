package io.hubstorage.logs;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.core.status.Status;
import io.hubstorage.bus.LogLine;
import io.hubstorage.config.HubConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** A logger context of a test's own, so that the other tests keep theirs. */
final class LogContext {
    final LoggerContext context = new LoggerContext();
    private LogFiles files = new LogFiles(Path.of("status.log"));

    LogContext() {
        context.setMDCAdapter(MDC.getMDCAdapter());
    }

    static HubConfig.Logging config(String level, int count) {
        return new HubConfig.Logging(level, null, 1, count);
    }

    Logging start(HubConfig.Logging config, Path file, @Nullable Path data) {
        files = new LogFiles(file);
        return Logging.start(context, config, file, data, Logging.Console.NONE);
    }

    /** The file that was begun with last, and its rotated predecessors. */
    LogFiles files() {
        return files;
    }

    List<LogLine> newest(int limit) throws IOException {
        return files.read(new LogQuery(null, false, null, null, limit, null), () -> false)
                .lines();
    }

    Logger logger(String name) {
        return context.getLogger(name);
    }

    /** What Logback itself complained about. */
    List<Status> complaints() {
        return context.getStatusManager().getCopyOfStatusList().stream()
                .filter(status -> status.getEffectiveLevel() >= Status.WARN)
                .toList();
    }
}
