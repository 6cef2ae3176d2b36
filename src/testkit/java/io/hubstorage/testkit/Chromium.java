package io.hubstorage.testkit;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.PlaywrightException;
import com.microsoft.playwright.options.ColorScheme;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A headless Chromium that is installed here already: nothing is ever downloaded. Belongs to the thread that started it. */
public final class Chromium implements AutoCloseable {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");
    private static final List<String> ARGUMENTS = List.of(
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run");

    private final Playwright playwright;
    private final Browser browser;

    private Chromium(Playwright playwright, Browser browser) {
        this.playwright = playwright;
        this.browser = browser;
    }

    /** Starts the one on the path, else the one that Playwright was given before; empty where there is neither. */
    public static Optional<Chromium> start() {
        Playwright playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        BrowserType.LaunchOptions options = new BrowserType.LaunchOptions().setArgs(ARGUMENTS);
        Optional<Path> installed = installed();
        installed.ifPresent(options::setExecutablePath);
        try {
            return Optional.of(new Chromium(playwright, playwright.chromium().launch(options)));
        } catch (PlaywrightException failure) {
            playwright.close();
            if (installed.isPresent()) {
                throw failure;
            }
            return Optional.empty();
        }
    }

    private static Optional<Path> installed() {
        String path = System.getenv().getOrDefault("PATH", "");
        return NAMES.stream()
                .flatMap(name -> Stream.of(path.split(File.pathSeparator, -1))
                        .filter(folder -> !folder.isEmpty())
                        .map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** A window of its own, as wide and high as that. */
    public BrowserContext window(int width, int height, ColorScheme colours) {
        return window(width, height, colours, 1);
    }

    /**
     * The same on a screen with smaller pixels.
     *
     * @param density pixels of the screen for each of the page
     */
    public BrowserContext window(int width, int height, ColorScheme colours, double density) {
        return browser.newContext(new Browser.NewContextOptions()
                .setDeviceScaleFactor(density)
                .setViewportSize(width, height)
                .setColorScheme(colours)
                .setLocale("en-GB")
                .setTimezoneId("UTC"));
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}
