package io.hubstorage.logs;

import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.List;

/**
 * What is logged before {@link Logging#start} goes to the console, from {@code INFO} on; without this it would be
 * {@code DEBUG}, in another layout. A configuration of Logback's own, as the tests have on their class path, wins.
 */
@ConfiguratorRank(ConfiguratorRank.FALLBACK + 5)
public final class EarlyConfigurator extends ContextAwareBase implements Configurator {
    private static final List<String> FILES = List.of("logback-test.xml", "logback.xml");

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        // Logback asks the services first, whatever their rank, and its own reader of files only if they let it.
        if (isConfiguredByFile()) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        Logging.early(context, Logging.Console.STDOUT);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static boolean isConfiguredByFile() {
        ClassLoader loader = EarlyConfigurator.class.getClassLoader();
        return System.getProperty(ClassicConstants.CONFIG_FILE_PROPERTY) != null
                || FILES.stream().anyMatch(name -> loader.getResource(name) != null);
    }
}
