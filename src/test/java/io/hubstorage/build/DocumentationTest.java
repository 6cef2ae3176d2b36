package io.hubstorage.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** All pages of the documentation can be found, and everything that they lead to is there. */
final class DocumentationTest {
    private static final Path INDEX = Path.of("docs/README.md");
    private static final Set<String> NOT_OURS = Set.of(".git", "target", "node_modules", "node");
    /** A fence must end by the same fence as it began. */
    private static final Pattern BLOCK = Pattern.compile("(?ms)^\\s*(```|~~~).*?^\\s*\\1\\s*$");

    private static final Pattern CODE = Pattern.compile("`[^`\n]*`");
    private static final Pattern LINK = Pattern.compile(
            "\\]\\(\\s*<?([^)\\s>]+)>?[^)]*\\)|(?:src|srcset|href)=\"([^\"]+)\"|(?m:^\\[[^\\]]+\\]:\\s+(\\S+))");
    private static final Pattern ELSEWHERE = Pattern.compile("(?i)[a-z][a-z0-9+.-]*:.*");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6}\\s+(.+?)\\s*#*$");
    private static final Pattern NAMED = Pattern.compile("(?:id|name)=\"([^\"]+)\"");
    /** A program or example of this repository, wherever a page names it. */
    private static final Pattern OWN_FILE = Pattern.compile(
            "(?<![\\w/.<>-])(?:\\./|\\.\\./)?((?:scripts|bench|deploy|docker)/[\\w./-]+\\.(?:sh|ya?ml|json|service|container))");

    @Test
    void everyLinkOfEveryPageLeadsSomewhere() throws IOException {
        List<Path> pages = pages();
        List<String> broken = new ArrayList<>();
        Map<Path, Set<String>> anchors = new HashMap<>();
        int links = 0;
        for (Path page : pages) {
            for (String link : links(page)) {
                links++;
                if (!leads(page, link, anchors)) {
                    broken.add(page + ": " + link);
                }
            }
        }
        assertThat(pages).hasSizeGreaterThan(25);
        assertThat(links).isGreaterThan(200);
        assertThat(broken).isEmpty();
    }

    @Test
    void theIndexHasEveryPageOfTheDocumentation() throws IOException {
        Set<Path> indexed = new HashSet<>();
        for (String link : links(INDEX)) {
            indexed.add(INDEX.resolveSibling(link.replaceFirst("#.*", "")).normalize());
        }
        try (Stream<Path> files = Files.list(INDEX.getParent())) {
            assertThat(indexed)
                    .containsAll(files.filter(file -> file.toString().endsWith(".md"))
                            .filter(file -> !file.equals(INDEX))
                            .toList());
        }
    }

    @Test
    void everyScriptAndExampleThatAPageNamesIsThere() throws IOException {
        List<String> missing = new ArrayList<>();
        for (Path page : pages()) {
            for (MatchResult named :
                    OWN_FILE.matcher(Files.readString(page)).results().toList()) {
                if (!Files.exists(Path.of(named.group(1)))) {
                    missing.add(page + ": " + named.group(1));
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void anchorsAreThoseOfAForge() {
        String page = """
            # One *two* `three_four`
            ## Where? [Here](x.md): it's 1.5
            ### One
            ## One
            ```
            # no
            ```
            """;
        assertThat(anchors(page)).containsExactlyInAnyOrder("one-two-three_four", "where-here-its-15", "one", "one-1");
    }

    private static boolean leads(Path page, String link, Map<Path, Set<String>> anchors) {
        String decoded = URLDecoder.decode(link.replace("+", "%2B"), StandardCharsets.UTF_8);
        int hash = decoded.indexOf('#');
        String file = hash < 0 ? decoded : decoded.substring(0, hash);
        Path target = file.isEmpty() ? page : page.resolveSibling(file).normalize();
        if (target.startsWith("..") || !Files.exists(target)) {
            return false;
        }
        return hash < 0
                || !target.toString().endsWith(".md")
                || anchors.computeIfAbsent(target, DocumentationTest::anchorsOf).contains(decoded.substring(hash + 1));
    }

    /** Where a page leads to within this repository. */
    private static List<String> links(Path page) throws IOException {
        String text = Files.readString(page);
        text = CODE.matcher(BLOCK.matcher(text).replaceAll("")).replaceAll("");
        return LINK.matcher(text)
                .results()
                .map(found -> Stream.of(1, 2, 3)
                        .map(found::group)
                        .filter(group -> group != null)
                        .findFirst()
                        .orElseThrow())
                .filter(link -> !ELSEWHERE.matcher(link).matches())
                .toList();
    }

    private static Set<String> anchorsOf(Path page) {
        try {
            return anchors(Files.readString(page));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** What the headings of a page can be reached by, as GitHub, GitLab and Gitea make it of their words. */
    private static Set<String> anchors(String page) {
        String text = BLOCK.matcher(page).replaceAll("");
        Map<String, Integer> seen = new HashMap<>();
        Set<String> anchors = new HashSet<>();
        HEADING.matcher(text).results().forEach(heading -> {
            String words = heading.group(1)
                    .replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1")
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                    .replace(' ', '-');
            int before = seen.merge(words, 1, Integer::sum) - 1;
            anchors.add(before == 0 ? words : words + "-" + before);
        });
        NAMED.matcher(text).results().forEach(named -> anchors.add(named.group(1)));
        return anchors;
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>();
        Files.walkFileTree(Path.of("."), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return NOT_OURS.contains(folder.getFileName().toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".md")) {
                    pages.add(file.normalize());
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return pages;
    }
}
