package io.hubstorage.logs;

import io.hubstorage.bus.LogLine;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Puts the lines of a file together to entries, the last first: what follows a first line belongs to it. */
final class BackwardEntries {
    /** Of a longer entry only the beginning is kept. */
    private static final int LONGEST = 1 << 18;

    private final BackwardLines lines;

    BackwardEntries(BackwardLines lines) {
        this.lines = lines;
    }

    /** The entry before those already read; null when there is none. Lines that follow no first line are left out. */
    @Nullable
    LogLine previous() throws IOException {
        Deque<String> more = new ArrayDeque<>();
        int characters = 0;
        for (String line = lines.previous(); line != null; line = lines.previous()) {
            LogLine first = LineFormat.parse(line);
            if (first != null) {
                return more.isEmpty() ? first : withText(first, first.text() + "\n" + String.join("\n", more));
            }
            more.addFirst(line.startsWith(LineFormat.INDENT) ? line.substring(LineFormat.INDENT.length()) : line);
            characters += line.length() + 1;
            while (characters > LONGEST && more.size() > 1) {
                characters -= more.removeLast().length() + 1;
            }
        }
        return null;
    }

    private static LogLine withText(LogLine line, String text) {
        return new LogLine(line.time(), line.level(), line.logger(), line.run(), text);
    }

    /** Where the entry last read begins. */
    long position() {
        return lines.position();
    }
}
