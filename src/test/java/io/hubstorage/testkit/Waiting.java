package io.hubstorage.testkit;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * How every test waits for a condition: it looks at once, and then ever less often, so that it is late by a fraction of what it has
 * waited, and a condition that costs something is not asked for all the time. The limit is for what never comes; it must not depend on
 * what else the machine has to do.
 */
public final class Waiting implements BeforeAllCallback {
    private static final Duration FIRST = Duration.ofMillis(5);
    private static final Duration LONGEST = Duration.ofMillis(100);

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultTimeout(Duration.ofMinutes(2));
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.setDefaultPollInterval((_, last) -> next(last));
    }

    private static Duration next(Duration last) {
        Duration longer = FIRST.plus(last.multipliedBy(5).dividedBy(4));
        return longer.compareTo(LONGEST) < 0 ? longer : LONGEST;
    }
}
