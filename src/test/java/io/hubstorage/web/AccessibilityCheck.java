package io.hubstorage.web;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** What axe-core finds wrong with a page. */
final class AccessibilityCheck {
    private static final String AXE = "axe.min.js";
    private static final String RUN = """
        async () => {
          const { violations } = await axe.run(document, { resultTypes: ['violations'] });
          return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html, failureSummary }) =>
            `${id}: ${help}: ${html.slice(0, 300)} (${failureSummary.replaceAll('\\n', ' ').slice(0, 300)})`));
        }\
        """;

    private final String source;

    AccessibilityCheck() throws IOException {
        try (InputStream in = AccessibilityCheck.class.getClassLoader().getResourceAsStream(AXE)) {
            source = new String(Objects.requireNonNull(in, AXE).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** One sentence for each violation and element. */
    List<String> violations(WatchedPage watched) {
        Page page = watched.page();
        // How axe measures contrast is not as quick as the browser thinks it could be.
        watched.forgives("willReadFrequently");
        // Evaluated, since the page's own policy lets no foreign script in.
        page.evaluate(source);
        return ((List<?>) page.evaluate(RUN)).stream().map(String::valueOf).toList();
    }
}
