package io.hubstorage.launch;

import java.util.Optional;

/**
 * Where the jar begins: a Java that is too old is told so here, instead of by its {@code UnsupportedClassVersionError}. Compiled for Java
 * 11, so nothing newer may be used.
 */
public final class Start {
    private static final int NEEDED = 25;

    private Start() {}

    /** Runs the program with these arguments, and does not return. */
    public static void main(String[] args) {
        Optional<String> problem = problem(Runtime.version().feature(), System.getProperty("java.home"));
        if (problem.isPresent()) {
            System.err.println(problem.get());
            System.exit(1);
        }
        Launcher.main(args);
    }

    static Optional<String> problem(int java, String home) {
        return java >= NEEDED
                ? Optional.empty()
                : Optional.of("HubStorage needs Java " + NEEDED + ", and this is Java " + java + ", of " + home
                        + ". Install a JDK " + NEEDED + " and start the jar by its own bin/java.");
    }
}
