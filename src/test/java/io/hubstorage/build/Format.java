package io.hubstorage.build;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Lays out every Java source in the Palantir style; run it through {@code scripts/format.sh}. */
public final class Format {
    private static final Path ROOT = Path.of("src");

    private Format() {}

    /** Rewrites in place what is not laid out, and names each file it changed. */
    public static void main(String[] args) throws IOException, FormatterException {
        for (Path file : unformatted()) {
            Files.writeString(file, format(Files.readString(file)));
            System.out.println("formatted " + file);
        }
    }

    /** The sources whose layout differs from what the formatter would write. */
    static List<Path> unformatted() throws IOException {
        try (Stream<Path> walk = Files.walk(ROOT)) {
            List<Path> sources =
                    walk.filter(path -> path.toString().endsWith(".java")).toList();
            // On all processors: each takes some hundredths of a second.
            return sources.parallelStream().filter(file -> !isFormatted(file)).toList();
        }
    }

    private static boolean isFormatted(Path file) {
        try {
            String source = Files.readString(file);
            return format(source).equals(source);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (FormatterException e) {
            throw new IllegalArgumentException(file + " cannot be laid out", e);
        }
    }

    private static String format(String source) throws FormatterException {
        JavaFormatterOptions style = JavaFormatterOptions.builder()
                .style(JavaFormatterOptions.Style.PALANTIR)
                .formatJavadoc(false)
                .build();
        return Formatter.createFormatter(style).formatSourceAndFixImports(source);
    }
}
