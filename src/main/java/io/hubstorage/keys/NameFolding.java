package io.hubstorage.keys;

import java.text.Normalizer;
import java.util.Locale;

/**
 * Names that some disk may take for one and the same: equal but for case, or for Unicode normalisation. Folds more than any
 * one disk does, so that two names with different results are two files everywhere. Pure.
 */
public final class NameFolding {
    private NameFolding() {}

    /** A key or path, each segment by itself: equal results may be one file. */
    public static String fold(String path) {
        if (isPlain(path)) {
            return path;
        }
        StringBuilder folded = new StringBuilder(path.length() + 8);
        int start = 0;
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', start)) {
            folded.append(segment(path.substring(start, slash))).append('/');
            start = slash + 1;
        }
        return folded.append(segment(path.substring(start))).toString();
    }

    private static String segment(String name) {
        // Up and down again: some letters meet only in capitals (ß and SS), others only in small ones.
        String decomposed = Normalizer.normalize(name, Normalizer.Form.NFD);
        String small = decomposed.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
        return Normalizer.normalize(small, Normalizer.Form.NFD);
    }

    private static boolean isPlain(String path) {
        for (int i = 0; i < path.length(); i++) {
            char unit = path.charAt(i);
            if (unit >= 0x80 || (unit >= 'A' && unit <= 'Z')) {
                return false;
            }
        }
        return true;
    }
}
