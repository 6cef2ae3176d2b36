package io.hubstorage.bench;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.hubstorage.testkit.Chromium;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** Steps of the files page in Chromium, from one snapshot to the next by the arrow keys. */
final class PageSteps {
    private static final int WIDTH = 1440;
    private static final int HEIGHT = 900;

    private static final String KEYS_ARE_MARKED =
            "addEventListener('keydown', ({timeStamp}) => performance.mark('bench-key', {startTime: timeStamp}), true)";

    /** Until the rows of the next snapshot are on the screen, for which the page itself has a measure. */
    private static final String IS_PAINTED = "many => performance.getEntriesByName('files-step').length > many";

    private PageSteps() {}

    /**
     * What steps took, in milliseconds.
     *
     * @param all from the key to the next snapshot's rows on the screen
     * @param painting what of that came after the answers of the server
     */
    record Taken(List<Double> all, List<Double> painting) {}

    /** Opens the folder in the first snapshot and steps through all of them. */
    static Taken take(URI address, String bucket, String folder, List<String> names) throws IOException {
        List<Double> all = new ArrayList<>();
        List<Double> painting = new ArrayList<>();
        try (Chromium chromium = Chromium.start().orElseThrow(() -> new IOException("no Chromium is installed"));
                BrowserContext window = chromium.window(WIDTH, HEIGHT, ColorScheme.LIGHT)) {
            Page page = window.newPage();
            page.addInitScript(KEYS_ARE_MARKED);
            page.navigate(address.resolve("/files?bucket=%s&path=%s&at=%s".formatted(bucket, folder, names.getFirst()))
                    .toString());
            page.waitForFunction(IS_PAINTED, 0);
            page.locator("#scrubber").focus();
            for (int i = 1; i < names.size(); i++) {
                Object many = page.evaluate("() => performance.getEntriesByName('files-step').length");
                page.keyboard().press("ArrowRight");
                page.waitForFunction(IS_PAINTED, many);
                painting.add(number(page, "performance.getEntriesByName('files-step').at(-1).duration"));
                all.add(number(
                        page,
                        "(step => step.startTime + step.duration -"
                                + " performance.getEntriesByName('bench-key').at(-1).startTime)"
                                + "(performance.getEntriesByName('files-step').at(-1))"));
            }
            if (!page.url().contains(names.getLast())) {
                throw new IOException("the page came only to " + page.url());
            }
        }
        return new Taken(all, painting);
    }

    private static double number(Page page, String expression) {
        return ((Number) page.evaluate("() => " + expression)).doubleValue();
    }
}
