package io.hubstorage.logs;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * What is logged before {@link Logging#start} goes to the console, from {@code INFO} on; without this it would be
 * {@code DEBUG}, in another layout. A {@code logback.xml} on the class path, as the tests have, comes first.
 */
@ConfiguratorRank(ConfiguratorRank.FALLBACK + 5)
public final class EarlyConfigurator extends ContextAwareBase implements Configurator {
    @Override
    public ExecutionStatus configure(LoggerContext context) {
        Logging.early(context, Logging.Console.STDOUT);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
