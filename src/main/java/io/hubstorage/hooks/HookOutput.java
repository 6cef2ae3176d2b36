package io.hubstorage.hooks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * What a command prints, line by line: the first lines for the log, and the last one for the record. A flood is read to its end,
 * so that whoever prints it is not held up, and takes no more memory than one line.
 */
final class HookOutput {
    static final int LINES = 200;
    static final int CHARACTERS = 64 << 10;
    static final int LONGEST = 500;

    private final Consumer<String> log;
    private final byte[] line = new byte[LONGEST];
    private int length;
    private boolean begun;
    private int lines;
    private int characters;
    private boolean full;
    private String last = "";

    /** @param log is told each line until there are too many, and then that there are more */
    HookOutput(Consumer<String> log) {
        this.log = log;
    }

    /** Reads to the end. Blocks. */
    void read(InputStream in) {
        byte[] buffer = new byte[8192];
        try {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                accept(buffer, count);
            }
        } catch (IOException _) {
            // As when the process was killed.
        }
        end();
    }

    private synchronized void accept(byte[] bytes, int count) {
        for (int i = 0; i < count; i++) {
            if (bytes[i] == '\n' || bytes[i] == '\r') {
                end();
            } else {
                begun = true;
                if (length < line.length) {
                    line[length++] = bytes[i];
                }
            }
        }
    }

    private synchronized void end() {
        if (!begun) {
            return;
        }
        String text = new String(line, 0, length, StandardCharsets.UTF_8)
                .replaceAll("\\p{Cntrl}", " ")
                .strip();
        length = 0;
        begun = false;
        if (text.isEmpty()) {
            return;
        }
        last = text;
        if (full) {
            return;
        }
        lines++;
        characters += text.length();
        full = lines > LINES || characters > CHARACTERS;
        log.accept(full ? "(it prints more, which is not kept)" : text);
    }

    /** The last whole line with anything in it; empty where there was none. */
    synchronized String last() {
        return last;
    }
}
