package io.hubstorage.web;

import com.microsoft.playwright.Page;
import io.hubstorage.testkit.NodeProject;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What axe-core finds wrong with a page. */
final class AccessibilityCheck {
    private static final String RUN = """
        async () => {
          const { violations } = await axe.run(document, { resultTypes: ['violations'] });
          return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html, failureSummary }) =>
            `${id}: ${help}: ${html.slice(0, 300)} (${failureSummary.replaceAll('\\n', ' ').slice(0, 300)})`));
        }\
        """;

    private static @Nullable String axe;

    private final String source;

    AccessibilityCheck() throws IOException {
        source = axe();
    }

    /** From npm, where its newest version is to be had. */
    private static String axe() throws IOException {
        String known = axe;
        if (known == null) {
            try {
                known = Files.readString(NodeProject.install("axe").file("node_modules/axe-core/axe.min.js"));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            axe = known;
        }
        return known;
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
