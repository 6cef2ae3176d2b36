package io.hubstorage.cli;

/**
 * What stdout is.
 *
 * @param interactive somebody looks at it, and a line can be written over
 * @param columns how wide it is, if it is interactive
 */
public record Terminal(boolean interactive, int columns) {
    private static final int USUAL_COLUMNS = 80;

    /** A file or a pipe. */
    public static final Terminal NONE = new Terminal(false, USUAL_COLUMNS);

    /** A terminal of the width that {@code COLUMNS} says, if it says one. */
    public static Terminal ofWidth(String columns) {
        boolean number = columns.matches("[1-9]\\d{1,3}");
        return new Terminal(true, number ? Integer.parseInt(columns) : USUAL_COLUMNS);
    }
}
