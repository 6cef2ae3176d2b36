package io.hubstorage.web;

import static org.assertj.core.api.Assertions.assertThat;

import freemarker.template.Configuration;
import freemarker.template.TemplateExceptionHandler;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The templates and what lies below {@code webroot/}, without a browser. */
final class TemplatesTest {
    private static final Path WEBROOT = Path.of("webroot");
    private static final int LIGHT = 200 * 1024;
    private static final String STATE = "{\"text\":\"\\u003c/script>\"}";

    /** Those that somebody sees who has come in. */
    private static Stream<String> pages() {
        return Stream.of(
                "index",
                "config",
                "logs",
                "files",
                "buckets",
                "bucket",
                "setup",
                "activity",
                "run",
                "job",
                "certificate",
                "restore",
                "restore-job",
                "storage",
                "alerts");
    }

    private static Stream<String> error() {
        return Stream.of("error");
    }

    private static Stream<String> status() {
        return Stream.of("status");
    }

    private static Stream<String> login() {
        return Stream.of("login");
    }

    @ParameterizedTest
    @MethodSource({"pages", "error"})
    void aPageRendersAndNeedsNothingThatThePolicyForbids(String page) throws Exception {
        String html = render(page, Map.of("page", page, "version", "1", "basePath", "/sub", "initialState", STATE));
        assertThat(html).doesNotContainPattern("<script(?![^>]*( src=|application/json))");
        assertThat(html).doesNotContainPattern("(?i)\\s(style|on[a-z]+)=");
        assertThat(html).doesNotContainPattern("(?i)(href|src)=\"(https?:)?//");
        assertThat(html).contains("id=\"initial-state\">" + STATE + "</script>");
        assertThat(found(html, "(?:href|src)=\"([^\"#]+)")).isNotEmpty().allMatch(link -> link.startsWith("/sub/"));
    }

    @ParameterizedTest
    @MethodSource({"pages", "error", "login", "status"})
    void noIdIsThereTwice(String page) throws Exception {
        assertThat(found(render(page, Map.of("role", "admin", "initialState", STATE)), " id=\"([^\"]+)\""))
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource({"pages", "error", "login", "status"})
    void aPageRendersWithTheLeastItMayBeGiven(String page) throws Exception {
        assertThat(render(page, Map.of())).contains("<title>").doesNotContain("initial-state");
    }

    @Test
    void whatAnErrorSaysIsEscaped() throws Exception {
        String html = render("error", Map.of("status", 404, "title", "<b>", "detail", "/<script>alert(1)</script>"));
        assertThat(html).contains("404", "&lt;b&gt;", "/&lt;script&gt;").doesNotContain("<script>alert");
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyFileThatAPageLoadsIsThereAndTogetherTheyAreLight(String page) throws Exception {
        String html = render(page, Map.of("page", page));
        Set<Path> files = new TreeSet<>();
        for (String link : found(html, "(?:href|src)=\"/assets/([^\"#]+)")) {
            // Libraries come out of their own jars.
            if (!link.contains("/lib/")) {
                collect(WEBROOT.resolve(link), files);
            }
        }
        long weight = html.length();
        for (Path file : files) {
            weight += Files.size(file);
        }
        assertThat(files).hasSizeGreaterThan(5);
        assertThat(weight).isLessThan(LIGHT);
    }

    @Test
    void everyIconThatIsNamedIsInTheSprite() throws Exception {
        Set<String> drawn =
                new TreeSet<>(found(Files.readString(WEBROOT.resolve("icons/icons.svg")), "<symbol id=\"(\\w+)\""));
        Set<String> named = new TreeSet<>();
        for (Path script : scripts()) {
            named.addAll(found(Files.readString(script), "icon(?:\\(|: )'(\\w+)'"));
        }
        for (String page :
                (Iterable<String>) Stream.of(pages(), login(), status()).flatMap(each -> each)::iterator) {
            named.addAll(found(render(page, Map.of()), "icons\\.svg#(\\w+)"));
        }
        assertThat(named).hasSizeGreaterThan(10).isSubsetOf(drawn);
    }

    @Test
    void scriptsBuildThePageWithoutMarkupStrings() throws Exception {
        for (Path script : scripts()) {
            assertThat(Files.readString(script))
                    .as(script.toString())
                    .doesNotContain(
                            "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "http://cdn")
                    .doesNotContainPattern("setAttribute\\('style'");
        }
    }

    private static void collect(Path file, Set<Path> files) throws Exception {
        assertThat(file).isRegularFile();
        if (files.add(file) && file.toString().endsWith(".js")) {
            for (String imported : found(Files.readString(file), "from '\\./([^']+)'")) {
                collect(file.resolveSibling(imported), files);
            }
        }
    }

    private static List<Path> scripts() throws Exception {
        try (Stream<Path> files = Files.list(WEBROOT.resolve("js"))) {
            return files.collect(Collectors.toCollection(ArrayList::new));
        }
    }

    private static List<String> found(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }

    private static String render(String page, Map<String, Object> model) throws Exception {
        Configuration freemarker = new Configuration(Configuration.VERSION_2_3_33);
        freemarker.setDirectoryForTemplateLoading(
                Path.of("src/main/resources/templates").toFile());
        freemarker.setDefaultEncoding("UTF-8");
        freemarker.setTemplateExceptionHandler(TemplateExceptionHandler.RETHROW_HANDLER);
        StringWriter out = new StringWriter();
        freemarker.getTemplate(page + ".ftlh").process(new HashMap<>(model), out);
        return out.toString();
    }
}
