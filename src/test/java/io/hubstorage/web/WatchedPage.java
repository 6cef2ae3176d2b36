package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import io.hubstorage.testkit.Chromium;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** A page in the browser that remembers every complaint: what a script threw, the console's errors, what the CSP refused. */
final class WatchedPage implements AutoCloseable {
    private static final double PATIENCE_MS = 30_000;

    private final BrowserContext window;
    private final Page page;
    private final List<String> complaints = new ArrayList<>();
    private final List<String> forgiven = new ArrayList<>();
    private final URI address;

    WatchedPage(Chromium chromium, URI address) {
        this(chromium, address, 1440, ColorScheme.LIGHT);
    }

    /** A page of that width and in those colours. */
    WatchedPage(Chromium chromium, URI address, int width, ColorScheme colours) {
        this(chromium.window(width, 900, colours), address);
        window.setDefaultTimeout(PATIENCE_MS);
        window.addInitScript("addEventListener('securitypolicyviolation', (event) =>"
                + " console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`))");
    }

    private WatchedPage(BrowserContext window, URI address) {
        this.window = window;
        this.address = address;
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MS);
        page = window.newPage();
        page.onPageError(error -> complaints.add("thrown: " + error));
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                complaints.add(message.type() + ": " + message.text());
            }
        });
        page.onDialog(dialog -> complaints.add("dialog: " + dialog.message()));
    }

    /** A further tab of the same browser. It ends with the first one at the latest. */
    WatchedPage tab() {
        return new WatchedPage(window, address);
    }

    /** Closes this tab alone. */
    void closeTab() {
        page.close();
    }

    /** Runs a script before those of every page that is opened from now on. */
    WatchedPage beginningWith(String script) {
        window.addInitScript(script);
        return this;
    }

    /** Opens a page of the server and waits for its live connection. */
    WatchedPage open(String path) {
        page.navigate(address.resolve(path).toString());
        isShown("#connection[data-connection=live]");
        // Gone after a reload, which nothing here should need.
        page.evaluate("() => { window.sameDocument = true; }");
        return this;
    }

    /** Waits until all that the page asks for by itself has come: for a while it asked for nothing more. */
    void settle() {
        page.waitForFunction("""
            () => {
              const asked = performance.getEntriesByType('resource').length;
              if (asked !== window.asked) [window.asked, window.askedAt] = [asked, performance.now()];
              return performance.now() - window.askedAt > 500 && ![...document.querySelectorAll('[aria-busy=true]')].some((element) => element.checkVisibility());
            }\
            """);
    }

    Page page() {
        return page;
    }

    Locator find(String selector) {
        return page.locator(selector);
    }

    void click(String selector) {
        find(selector).click();
    }

    void isShown(String selector) {
        that(selector).isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(PATIENCE_MS));
    }

    void hasCount(String selector, int many) {
        that(selector).hasCount(many, new LocatorAssertions.HasCountOptions().setTimeout(PATIENCE_MS));
    }

    LocatorAssertions that(String selector) {
        return PlaywrightAssertions.assertThat(find(selector));
    }

    void wasNotReloaded() {
        assertThat(page.evaluate("() => window.sameDocument === true")).isEqualTo(true);
    }

    /** The browser itself complains about every answer that is no success, also where a test means to get one. */
    void forgives(String complaint) {
        forgiven.add(complaint);
    }

    /** Nothing was complained about that is not forgiven. */
    void isWithoutComplaint() {
        assertThat(complaints)
                .filteredOn(text -> forgiven.stream().noneMatch(text::contains))
                .isEmpty();
    }

    @Override
    public void close() {
        window.close();
    }
}
