package io.hubstorage.web;

import com.microsoft.playwright.Page;

/** How far things have moved that nobody had asked to move, as the browser itself scores it: 0 is not at all. */
final class LayoutShifts {
    private static final String OBSERVE = """
        () => {
          window.layoutShifts = 0;
          window.shifted = [];
          const name = (node) => node?.outerHTML?.slice(0, node.outerHTML.indexOf('>') + 1) ?? node?.nodeName;
          new PerformanceObserver((list) => {
            for (const { value, hadRecentInput, sources } of list.getEntries()) {
              if (hadRecentInput) continue;
              window.layoutShifts += value;
              for (const { node, previousRect, currentRect } of sources) {
                window.shifted.push(`${value.toFixed(4)} ${name(node)} from ${previousRect.y} to ${currentRect.y}`);
              }
            }
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

    /** What has moved, and how far, for whoever has to find out why. */
    @Override
    public String toString() {
        return String.valueOf(page.evaluate("() => window.shifted.join('; ')"));
    }
}
