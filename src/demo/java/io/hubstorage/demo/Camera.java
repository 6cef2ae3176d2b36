package io.hubstorage.demo;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.hubstorage.testkit.Chromium;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Takes pictures of pages into a folder.
 *
 * @param looks the ways in which each is taken
 */
record Camera(Chromium chromium, Path folder, List<Look> looks) {
    private static final int WIDE = 1440;
    private static final int NARROW = 390;
    private static final int HEIGHT = 900;
    private static final double PATIENCE_MS = 60_000;
    /** What a page asks for after it has been loaded has come: for a while it asked for nothing more. */
    private static final String QUIET = """
        () => {
          const asked = performance.getEntriesByType('resource').length;
          if (asked !== window.asked) [window.asked, window.askedAt] = [asked, performance.now()];
          return performance.now() - window.askedAt > 800 && ![...document.querySelectorAll('[aria-busy=true]')].some((element) => element.checkVisibility())
            && !/Checking credentials|Looking the run up/.test(document.body.textContent);
        }\
        """;

    /** How one picture is taken. */
    enum Look {
        WIDE_LIGHT(WIDE, ColorScheme.LIGHT, ""),
        WIDE_DARK(WIDE, ColorScheme.DARK, "-dark"),
        NARROW_LIGHT(NARROW, ColorScheme.LIGHT, "-narrow"),
        NARROW_DARK(NARROW, ColorScheme.DARK, "-narrow-dark");

        private final int width;
        private final ColorScheme colours;
        private final String ending;

        Look(int width, ColorScheme colours, String ending) {
            this.width = width;
            this.colours = colours;
            this.ending = ending;
        }
    }

    /** One that takes these looks alone. */
    Camera only(Look... few) {
        return new Camera(chromium, folder, List.of(few));
    }

    /** Opens a page in each look and waits until it follows the events and all of it has come. */
    List<Page> open(URI address) {
        List<Page> pages = visit(address);
        for (Page page : pages) {
            page.waitForSelector("#connection[data-connection=live]");
            settle(page);
        }
        return pages;
    }

    /** Opens an address in each look. */
    List<Page> visit(URI address) {
        return looks.stream()
                .map(look -> {
                    BrowserContext window = chromium.window(look.width, HEIGHT, look.colours);
                    window.setDefaultTimeout(PATIENCE_MS);
                    Page page = window.newPage();
                    page.navigate(address.toString());
                    return page;
                })
                .toList();
    }

    /** Waits until nothing more comes. */
    static void settle(Page page) {
        page.waitForFunction(QUIET);
    }

    /** Takes pages that {@link #open} or {@link #visit} has opened, and closes them. */
    void take(List<Page> pages, String name) throws IOException {
        // A picture has no scroll bar, hence needs no room for one.
        pages.forEach(
                page -> page.evaluate("() => document.documentElement.style.setProperty('scrollbar-gutter', 'auto')"));
        List<byte[]> pictures = pages.stream()
                .map(page -> page.screenshot(new Page.ScreenshotOptions().setFullPage(true)))
                .toList();
        for (int i = 0; i < pictures.size(); i++) {
            Files.write(folder.resolve(name + looks.get(i).ending + ".png"), Png.packed(pictures.get(i)));
        }
        pages.forEach(page -> page.context().close());
    }

    /** Opens a page and takes it. */
    void take(URI address, String name) throws IOException {
        take(open(address), name);
    }
}
