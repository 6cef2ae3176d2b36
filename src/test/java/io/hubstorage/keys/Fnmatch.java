package io.hubstorage.keys;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Python's {@code fnmatch.translate}, line by line: slow, and right by definition. */
final class Fnmatch {
    private Fnmatch() {}

    static boolean matches(String pattern, String text) {
        return Pattern.compile(translate(pattern), Pattern.DOTALL).matcher(text).matches();
    }

    private static String translate(String pat) {
        StringBuilder res = new StringBuilder();
        int n = pat.length();
        int i = 0;
        while (i < n) {
            char c = pat.charAt(i);
            i++;
            if (c == '*') {
                res.append(".*");
            } else if (c == '?') {
                res.append('.');
            } else if (c == '[') {
                int j = i;
                if (j < n && pat.charAt(j) == '!') {
                    j++;
                }
                if (j < n && pat.charAt(j) == ']') {
                    j++;
                }
                while (j < n && pat.charAt(j) != ']') {
                    j++;
                }
                if (j >= n) {
                    res.append("\\[");
                } else {
                    res.append(set(pat, i, j));
                    i = j + 1;
                }
            } else {
                res.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return joinSurrogates(res.toString());
    }

    private static String set(String pat, int from, int to) {
        List<String> chunks = chunks(pat, from, to);
        StringBuilder stuff = new StringBuilder();
        for (String chunk : chunks) {
            if (!stuff.isEmpty()) {
                stuff.append('-');
            }
            // Java gives [, & and ^ a meaning of their own inside a set, which Python does not.
            chunk.codePoints().forEach(point -> {
                if ("\\-[]&^".indexOf(point) >= 0) {
                    stuff.append('\\');
                }
                stuff.appendCodePoint(point);
            });
        }
        if (stuff.isEmpty()) {
            return "(?!)";
        }
        if (stuff.toString().equals("!")) {
            return ".";
        }
        return stuff.charAt(0) == '!' ? "[^" + stuff.substring(1) + "]" : "[" + stuff + "]";
    }

    private static List<String> chunks(String pat, int from, int to) {
        List<String> chunks = new ArrayList<>();
        int i = from;
        int k = pat.charAt(i) == '!' ? i + 2 : i + 1;
        while (true) {
            k = pat.indexOf('-', k);
            if (k < 0 || k >= to) {
                break;
            }
            chunks.add(pat.substring(i, k));
            i = k + 1;
            k += 3;
        }
        String chunk = pat.substring(i, to);
        if (!chunk.isEmpty()) {
            chunks.add(chunk);
        } else {
            chunks.set(chunks.size() - 1, chunks.getLast() + "-");
        }
        for (int each = chunks.size() - 1; each > 0; each--) {
            String before = chunks.get(each - 1);
            String after = chunks.get(each);
            if (before.codePointBefore(before.length()) > after.codePointAt(0)) {
                chunks.set(
                        each - 1,
                        before.substring(0, before.offsetByCodePoints(before.length(), -1))
                                + after.substring(after.offsetByCodePoints(0, 1)));
                chunks.remove(each);
            }
        }
        return chunks;
    }

    private static String joinSurrogates(String regex) {
        return regex.replaceAll("\\\\Q(\\p{Cs})\\\\E\\\\Q(\\p{Cs})\\\\E", "$1$2");
    }
}
