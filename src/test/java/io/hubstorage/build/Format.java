package io.hubstorage.build;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
    static List<Path> unformatted() throws IOException, FormatterException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(ROOT)) {
            for (Path file :
                    walk.filter(path -> path.toString().endsWith(".java")).toList()) {
                String source = Files.readString(file);
                if (!format(source).equals(source)) {
                    found.add(file);
                }
            }
        }
        return found;
    }

    private static String format(String source) throws FormatterException {
        JavaFormatterOptions style = JavaFormatterOptions.builder()
                .style(JavaFormatterOptions.Style.PALANTIR)
                .formatJavadoc(false)
                .build();
        return Formatter.createFormatter(style).formatSourceAndFixImports(source);
    }
}
