package io.hubstorage.demo;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.hubstorage.testkit.Chromium;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes the pictures of {@code webroot/icons/app.svg} that devices show for the installed dashboard. */
public final class AppIcons {
    /** Its round corners: a device that cuts a shape of its own out wants none. */
    private static final String CORNERS = " rx=\"114\"";

    private AppIcons() {}

    /** Takes the folder that the drawing is in. */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        String drawing = Files.readString(folder.resolve("app.svg"));
        if (!drawing.contains(CORNERS)) {
            throw new IOException("app.svg has no corners like" + CORNERS);
        }
        String whole = drawing.replace(CORNERS, "");
        try (Chromium chromium = Chromium.start()
                .orElseThrow(
                        () -> new IllegalStateException("no Chromium is installed: sudo apt-get install chromium"))) {
            draw(chromium, drawing, 192, folder.resolve("app-192.png"));
            draw(chromium, drawing, 512, folder.resolve("app-512.png"));
            draw(chromium, whole, 512, folder.resolve("app-maskable.png"));
            draw(chromium, whole, 180, folder.resolve("apple-touch-icon.png"));
        }
    }

    private static void draw(Chromium chromium, String drawing, int size, Path file) throws IOException {
        try (BrowserContext window = chromium.window(size, size, ColorScheme.LIGHT)) {
            Page page = window.newPage();
            page.setContent("<style>body { margin: 0 } svg { display: block; width: 100vw }</style>" + drawing);
            Files.write(file, page.screenshot(new Page.ScreenshotOptions().setOmitBackground(true)));
        }
    }
}
