package io.hubstorage.web;

import com.microsoft.playwright.Page;
import java.util.List;
import org.awaitility.Awaitility;

/** Every figure that a bucket's row has shown while a run went on, as the eye would have seen it. */
final class ShownProgress {
    private static final String RECORD = """
        (bucket) => {
          const row = document.querySelector(`.bucket[data-bucket="${bucket}"]`);
          const units = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };
          const number = (text) => Number(/^[0-9.,]+/.exec(text)[0].replaceAll(',', ''));
          const size = (text) => number(text) * units[/^[0-9.,]+ (\\w+)/.exec(text)[1]];
          const shown = { objects: [], bytes: [], percent: [] };
          const note = (list, value) => { if (value !== list[list.length - 1]) list.push(value); };
          window.shownProgress = shown;
          new MutationObserver(() => {
            if (row.dataset.live !== 'true') return;
            note(shown.objects, number(row.querySelector('.objects').textContent));
            note(shown.bytes, size(row.querySelector('.bytes').textContent));
            const bar = row.querySelector('.bar').getAttribute('aria-valuenow');
            if (bar !== null) note(shown.percent, Number(bar));
          }).observe(row, { subtree: true, childList: true, characterData: true, attributes: true });
        }\
        """;

    private final Page page;

    /** Watches a bucket's row from now on. */
    ShownProgress(Page page, String bucket) {
        this.page = page;
        page.evaluate(RECORD, bucket);
    }

    /** Waits until so many objects have been shown. */
    void awaitObjects(int many) {
        // A page belongs to the thread that opened it.
        Awaitility.await()
                .pollInSameThread()
                .until(() -> of("objects"), shown -> !shown.isEmpty() && shown.getLast() >= many);
    }

    /** The different values one after the other: of {@code objects}, {@code bytes} or {@code percent}. */
    List<Double> of(String what) {
        List<?> values = (List<?>) page.evaluate("(what) => window.shownProgress[what]", what);
        return values.stream().map(value -> ((Number) value).doubleValue()).toList();
    }
}
