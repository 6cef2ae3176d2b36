package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Cookie;
import io.hubstorage.testkit.Chromium;
import io.hubstorage.web.auth.Identity;
import io.hubstorage.web.auth.Role;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A page in the browser that remembers every complaint: what a script threw, the console's errors, what the CSP refused. */
final class WatchedPage implements AutoCloseable {
    private static final double PATIENCE_MS = 30_000;
    /** What makes a page wider than its window; nothing where it is not. */
    private static final String TOO_WIDE = """
        () => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')]
          .filter((element) => element.getBoundingClientRect().right > innerWidth).map((element) => element.cloneNode().outerHTML).slice(0, 20)\
        """;

    /** Where pictures of pages go, when somebody wants to look at them. */
    private static final @Nullable String PICTURES = System.getProperty("hubstorage.screenshots");

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

    /** A page of the server below its base path, in a window in which somebody of that role has logged in. */
    WatchedPage(Chromium chromium, WebServer server, Role role, int width, ColorScheme colours) {
        this(chromium, server.address(), width, colours);
        String[] cookie = server.session(new Identity("somebody", role, Identity.Via.OIDC))
                .cookie()
                .split("=", 2);
        window.addCookies(List.of(new Cookie(cookie[0], cookie[1]).setUrl(address.toString())));
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
        try {
            isShown("#connection[data-connection=live]");
        } catch (AssertionError e) {
            // What failed without a word to us, the browser has complained about.
            throw new AssertionError("%s\n%s %s".formatted(e.getMessage(), page.url(), complaints), e);
        }
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

    /** Waits until its address has all of them in it. */
    void addressHas(String... parts) {
        page.waitForURL(url -> Stream.of(parts).allMatch(url::contains));
    }

    /** Waits until its address does not have it. */
    void addressHasNo(String part) {
        page.waitForURL(url -> !url.contains(part));
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

    /** Nothing of it sticks out of the window. */
    void isInItsWindow() {
        assertThat((List<?>) page.evaluate(TOO_WIDE)).as(page.url()).isEmpty();
    }

    /** It fits its window, keeps nobody out, and nothing was complained about. */
    void isFit() throws IOException {
        isInItsWindow();
        assertThat(new AccessibilityCheck().violations(this)).as(page.url()).isEmpty();
        isWithoutComplaint();
    }

    /** Takes a picture of all of it, where somebody wants to look at them. */
    void looks(String name) {
        if (PICTURES != null) {
            page.screenshot(new Page.ScreenshotOptions()
                    .setFullPage(true)
                    .setPath(Path.of(PICTURES, name.toLowerCase(Locale.ROOT) + ".png")));
        }
    }

    /** How wide windows of these colours are: where pictures are taken, each width; else one. */
    static int[] widths(ColorScheme colours) {
        return PICTURES != null ? new int[] {390, 1440} : new int[] {colours == ColorScheme.DARK ? 390 : 1440};
    }

    @Override
    public void close() {
        window.close();
    }
}
