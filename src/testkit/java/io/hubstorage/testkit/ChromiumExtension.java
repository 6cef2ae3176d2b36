package io.hubstorage.testkit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One browser for all tests of a class, which are skipped where no Chromium is installed; registered as a static field. */
public final class ChromiumExtension implements BeforeAllCallback, AfterAllCallback {
    private Optional<Chromium> chromium = Optional.empty();

    @Override
    public void beforeAll(ExtensionContext context) {
        chromium = Chromium.start();
        assumeTrue(chromium.isPresent(), "no Chromium is installed: the pages cannot be tried in a browser");
    }

    @Override
    public void afterAll(ExtensionContext context) {
        chromium.ifPresent(Chromium::close);
    }

    /** The browser, from {@code @BeforeAll} on. */
    public Chromium chromium() {
        return chromium.orElseThrow();
    }
}
