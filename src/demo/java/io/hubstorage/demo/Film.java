package io.hubstorage.demo;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.hubstorage.fs.Trees;
import io.hubstorage.testkit.Chromium;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * An animated picture of a page, light and dark: frames as a browser shows them, put together by {@code img2webp}, which is in
 * Debian's package {@code webp}.
 */
final class Film implements AutoCloseable {
    /** A page of two columns that a forge hardly has to shrink. */
    private static final int WIDTH = 1000;

    private static final int HEIGHT = 700;
    /** Sharp on screens of every kind, also where a forge shrinks it. */
    private static final int DENSITY = 2;

    private static final double PATIENCE_MS = 120_000;
    /** A page of text moves smoothly enough at this rate, and each frame costs bytes. */
    private static final Duration BETWEEN_FRAMES = Duration.ofMillis(250);

    private final Path frames;
    private final List<Reel> reels;

    /** What is shown from a moment of the film on. */
    private record Frame(Path picture, Duration howLong) {}

    /** One of the looks of the film. */
    private record Reel(Page page, String ending, Path folder, List<Frame> frames) {
        private Path shoot() throws IOException {
            Path picture = folder.resolve("%d%s.png".formatted(System.nanoTime(), ending));
            return Files.write(picture, page.screenshot());
        }
    }

    private Film(Path frames, List<Reel> reels) {
        this.frames = frames;
        this.reels = reels;
    }

    /** Opens a page and waits until all of it has come; nothing is taken yet. */
    static Film open(Chromium chromium, URI address) throws IOException {
        Path frames = Files.createTempDirectory("hubstorage-film");
        Film film = new Film(
                frames,
                List.of(
                        new Reel(page(chromium, ColorScheme.LIGHT), "", frames, new ArrayList<>()),
                        new Reel(page(chromium, ColorScheme.DARK), "-dark", frames, new ArrayList<>())));
        film.go(address);
        return film;
    }

    private static Page page(Chromium chromium, ColorScheme colours) {
        BrowserContext window = chromium.window(WIDTH, HEIGHT, colours, DENSITY);
        window.setDefaultTimeout(PATIENCE_MS);
        return window.newPage();
    }

    /** Shows another page; what it shows on its way is left out. */
    void go(URI address) {
        for (Reel reel : reels) {
            reel.page.navigate(address.toString());
            reel.page.waitForSelector("#connection[data-connection=live]");
            Camera.settle(reel.page);
            // A film has no scroll bar, hence needs no room for one.
            reel.page.evaluate("() => document.documentElement.style.setProperty('scrollbar-gutter', 'auto')");
        }
    }

    /** Does something with the page of the first look; the others follow by the events. */
    void act(Consumer<Page> what) {
        what.accept(reels.getFirst().page);
    }

    /** Lets what is to be seen now stand for so long. */
    void still(Duration howLong) throws IOException {
        for (Reel reel : reels) {
            reel.frames.add(new Frame(reel.shoot(), howLong));
        }
    }

    /** Takes what happens, at the pace at which it does, until all pages show that it is over; what they show then is left to {@link #still}. */
    void follow(Predicate<Page> over) throws IOException, InterruptedException {
        while (!reels.stream().allMatch(reel -> over.test(reel.page))) {
            long began = System.nanoTime();
            List<Path> pictures = new ArrayList<>();
            for (Reel reel : reels) {
                pictures.add(reel.shoot());
            }
            long left = BETWEEN_FRAMES.toMillis()
                    - Duration.ofNanos(System.nanoTime() - began).toMillis();
            TimeUnit.MILLISECONDS.sleep(Math.max(0, left));
            Duration stood = Duration.ofNanos(System.nanoTime() - began);
            for (int i = 0; i < pictures.size(); i++) {
                reels.get(i).frames.add(new Frame(pictures.get(i), stood));
            }
        }
    }

    /** Writes {@code <name>.webp} and {@code <name>-dark.webp} into the folder. */
    void write(Path folder, String name) throws IOException, InterruptedException {
        for (Reel reel : reels) {
            List<String> command = new ArrayList<>(List.of("img2webp", "-loop", "0", "-kmax", "0"));
            command.addAll(List.of("-lossless", "-m", "6", "-q", "100"));
            for (Frame frame : reel.frames) {
                command.addAll(List.of("-d", Long.toString(frame.howLong.toMillis()), frame.picture.toString()));
            }
            command.addAll(
                    List.of("-o", folder.resolve(name + reel.ending + ".webp").toString()));
            run(command);
        }
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException missing) {
            throw new IOException("img2webp cannot be run (Debian: sudo apt-get install webp)", missing);
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("img2webp ended with " + process.exitValue() + ": " + said);
        }
    }

    @Override
    public void close() throws IOException {
        reels.forEach(reel -> reel.page.context().close());
        Trees.delete(frames);
    }
}
