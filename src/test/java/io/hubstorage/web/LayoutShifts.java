package io.hubstorage.web;

import com.microsoft.playwright.Page;

/** How far things have moved that nobody had asked to move, as the browser itself scores it: 0 is not at all. */
final class LayoutShifts {
    private static final String OBSERVE = """
        () => {
          window.layoutShifts = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.layoutShifts += entry.value;
          }).observe({ type: 'layout-shift' });
        }\
        """;

    private final Page page;

    /** Counts from now on. */
    LayoutShifts(Page page) {
        this.page = page;
        page.evaluate(OBSERVE);
    }

    double score() {
        return ((Number) page.evaluate("() => window.layoutShifts")).doubleValue();
    }
}
